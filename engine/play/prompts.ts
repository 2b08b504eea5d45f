import { placeOf, placeOfKey } from "../source/place.ts";
import { asText, type Text } from "../source/written.ts";
import { type LoadContext, problem } from "./context.ts";
import { listOf } from "./inherit.ts";
import { promptKeys } from "./keywords.ts";
import type { VarsPrompt } from "./model.ts";
import { isMapping, isVariableName, kindOf } from "./names.ts";
import { unknownKeyword } from "./validate.ts";

/** The play's `vars_prompt`; bad entries are reported and left out. */
export function promptsOf(raw: Readonly<Record<string, unknown>>, context: LoadContext): VarsPrompt[] {
  return listOf(raw["vars_prompt"]).flatMap((entry, index) => {
    const place = placeOf(raw["vars_prompt"], index) ?? placeOf(raw, "vars_prompt");
    if (!isMapping(entry)) {
      context.report(problem(`an entry of vars_prompt is a mapping, not ${kindOf(entry)}`, "wrong-type", place));
      return [];
    }
    for (const key of Object.keys(entry)) {
      if (!(promptKeys as readonly string[]).includes(key)) context.report(unknownKeyword(key, "vars_prompt entry", promptKeys, placeOfKey(entry, key)));
    }
    const name = entry["name"];
    if (typeof name !== "string" || !isVariableName(name)) {
      context.report(problem("an entry of vars_prompt needs `name`, the variable's name", "missing-argument", placeOf(entry)));
      return [];
    }
    const given = (key: string): Text | undefined => (entry[key] === undefined || entry[key] === null ? undefined : asText(entry[key]));
    const text = (key: string): string | undefined => given(key)?.toString();
    const flag = (key: string, otherwise: boolean): boolean => {
      const value = entry[key];
      if (value === undefined || value === null) return otherwise;
      return typeof value === "boolean" ? value : /^(y|yes|on|1|true|t)$/i.test(String(value));
    };
    const prompt: VarsPrompt = {
      name,
      prompt: given("prompt"),
      private: flag("private", true),
      default: entry["default"] ?? undefined,
      confirm: flag("confirm", false),
      encrypt: text("encrypt"),
      salt: text("salt"),
      salt_size: entry["salt_size"] === undefined ? undefined : Number(entry["salt_size"]),
      unsafe: flag("unsafe", false),
    };
    return [prompt];
  });
}
