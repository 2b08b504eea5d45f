import { join } from "node:path";
import { type Place, placeOf } from "../source/place.ts";
import { firstExisting, type LoadContext, loadFile } from "./context.ts";
import type { Role } from "./model.ts";
import { isMapping } from "./names.ts";
import { roleFile } from "./role-files.ts";

export interface ArgumentSpec {
  /** The entry point's mapping: options, short_description and so on. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/**
 * The argument spec of a role's entry point (`main`, or what `tasks_from` names): from meta/argument_specs.yml, else from meta/main.yml.
 * @returns undefined when the role has none for it
 * @throws Failure for a file that cannot be read
 */
export function argumentSpec(role: Role, entryPoint: string, context: Pick<LoadContext, "loader">): ArgumentSpec | undefined {
  const file = specFile(role.path) ?? roleFile(role.path, "meta", undefined);
  if (file === undefined) return undefined;
  const data = loadFile(file, context.loader, "role's argument specs");
  const specs = isMapping(data) ? data["argument_specs"] : undefined;
  const spec = isMapping(specs) && Object.hasOwn(specs, entryPoint) ? specs[entryPoint] : undefined;
  if (!isMapping(spec) || Object.keys(spec).length === 0) return undefined;
  return { spec, place: placeOf(specs, entryPoint) ?? { file, line: 1, column: 1 } };
}

function specFile(path: string): string | undefined {
  return firstExisting([".yml", ".yaml", ".json"].map((extension) => join(path, "meta", `argument_specs${extension}`)));
}
