import type { ControllerModule } from "../contract.ts";
import { args, type ArgsOf, boolean } from "../schema.ts";
import { copyPlaces, templateOfKey } from "../../source/place.ts";

const schema = args({ cacheable: boolean("Keep them as facts too (a lower precedence).", { default: false }) }, { open: true });

export const setFact: ControllerModule<ArgsOf<typeof schema> & Record<string, unknown>> = {
  name: "set_fact",
  summary: "Sets variables on the host for the rest of the run",
  args: schema,
  check: (given) => {
    const names = Object.keys(given).filter((name) => name !== "cacheable");
    if (names.length === 0) return "set_fact needs at least one variable";
    const bad = names.find((name) => templateOfKey(given, name) === undefined && !/^[A-Za-z_]\w*$/.test(name));
    return bad === undefined ? undefined : `"${bad}" is no name for a variable: letters, digits and _ only, and no digit first`;
  },
  act: (given) => {
    const { cacheable, ...rest } = given;
    // a text as written can still be an expression: `when: "{{ check }}"`
    const values = copyPlaces(given, rest);
    return { variables: { level: "set_fact", values, cacheable }, result: { ansible_facts: values } };
  },
  doc: { examples: `- set_fact:\n    api: "{{ ansible_host }}:6443"`, returns: { ansible_facts: "The variables that were set" } },
};
