import { didYouMean } from "../../source/failure.ts";
import { coerce } from "../coerce.ts";
import { args, boolean, integer, jsonSchema, number } from "../schema.ts";

const schema = args({
  force: boolean("", { default: false }),
  ignore_daemonsets: boolean("", { default: false }),
  delete_emptydir_data: boolean("", { default: false }),
  disable_eviction: boolean("", { default: false }),
  terminate_grace_period: integer(""),
  wait_timeout: number("", { default: 300 }),
  wait_sleep: number("", { default: 1 }),
});

export type Options = NonNullable<(typeof schema)["type"]>;

/** `delete_options` with its defaults; `problem` says what is wrong with it. */
export function validateOptions(given: Readonly<Record<string, unknown>>): { readonly options: Options; readonly problem?: string } {
  const coerced = coerce(given, jsonSchema(schema));
  const names = Object.keys(schema.properties);
  const unknown = Object.keys(given).find((key) => !names.includes(key));
  const options = (coerced.ok ? coerced.value : {}) as Options;
  if (!coerced.ok) return { options, problem: `delete_options must be ${coerced.expected}` };
  if (unknown !== undefined) return { options, problem: `delete_options has no "${unknown}": ${didYouMean(unknown, names) ?? names.join(", ")}` };
  return { options };
}
