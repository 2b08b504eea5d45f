import { asRead } from "../../engine/source/place.ts";
import { Written } from "../../engine/source/written.ts";

const place = { file: "test.yml", line: 1, column: 1 };

/** Text as a person's: a template or an expression. */
export function written(text: string): Written {
  return new Written(text);
}

/** A value as a loader hands it out: its texts are a person's. */
export function read<T>(value: T): T {
  return asRead(value, place) as T;
}
