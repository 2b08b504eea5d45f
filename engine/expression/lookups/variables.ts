import { Problem } from "../problem.ts";
import { didYouMean } from "../../source/failure.ts";
import { Undefined } from "../values.ts";
import { plugin, tolerant, type Call, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { Missing } from "../python/types.ts";
import { pythonRegex } from "../regex.ts";

/** The settings of Ansible that a playbook may ask for, and what they are here. */
function setting(call: Call, name: string): unknown {
  const { environment } = call.scope;
  const home = process.env["HOME"] ?? "/root";
  const known: Readonly<Record<string, unknown>> = {
    DEFAULT_BECOME_USER: "root",
    DEFAULT_BECOME_METHOD: "sudo",
    DEFAULT_REMOTE_USER: null,
    DEFAULT_ROLES_PATH: [`${environment.playbookDirectory}/roles`],
    DEFAULT_FORKS: 5,
    DEFAULT_TIMEOUT: 10,
    DEFAULT_MANAGED_STR: "Ansible managed",
    DEFAULT_HASH_BEHAVIOUR: "replace",
    DEFAULT_LOCAL_TMP: `${home}/.ansible/tmp`,
    DEFAULT_TRANSPORT: "ssh",
    DEFAULT_STRATEGY: "linear",
    DEFAULT_GATHERING: "implicit",
    HOST_KEY_CHECKING: true,
    RETRY_FILES_ENABLED: false,
    ANSIBLE_HOME: `${home}/.ansible`,
  };
  if (!Object.hasOwn(known, name)) throw new Problem(`Unable to find setting ${name}`, "expression-failed", didYouMean(name, Object.keys(known)));
  return known[name];
}

const names = (terms: unknown): string[] => (terms as unknown[]).flatMap((term) => (Array.isArray(term) ? term.map(anyText) : [anyText(term)]));

export const variableLookups: Plugins = {
  env: tolerant(["*terms", ["default", new Undefined("the environment variable is not set")]], (_, terms, fallback) => {
    const isGiven = !(fallback instanceof Undefined) || fallback instanceof Missing;
    return names(terms).map((name) => process.env[name] ?? (isGiven ? fallback : ""));
  }),
  vars: tolerant(["*terms", ["default", undefined]], (call, terms, fallback) =>
    (terms as unknown[]).map((term) => {
      const name = anyText(term);
      const value = call.scope.get(name);
      if (!(value instanceof Undefined)) return value;
      return fallback === undefined ? (call.scope.has(name) ? value : new Missing(`No variable named '${name}' was found.`, undefined, name)) : fallback;
    }),
  ),
  varnames: plugin(["*terms"], (call, terms) => {
    const all = [...call.scope.names()];
    return names(terms).flatMap((pattern) => {
      const regex = pythonRegex(pattern);
      return all.filter((name) => ((regex.lastIndex = 0), regex.test(name)));
    });
  }),
  config: plugin(["*terms", ["on_missing", "error"], ["plugin_type", null], ["plugin_name", null], ["show_origin", false]], (call, terms, onMissing) =>
    names(terms).flatMap((name) => {
      try {
        return [setting(call, name)];
      } catch (error) {
        if (error instanceof Problem && onMissing !== "error") return [];
        throw error;
      }
    }),
  ),
};
