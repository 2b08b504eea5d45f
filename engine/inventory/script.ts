import { execFile } from "node:child_process";
import { Vaulted } from "../expression/values.ts";
import { Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { addChild, addGroup, addHost, type MutableInventory, setVariable } from "./build.ts";
import { isMapping, kindOf } from "./yaml.ts";
import { readWritten, Written } from "../source/written.ts";

const MAX_OUTPUT = 1 << 30;
/** `--host` is asked of so many at once by scripts that give no `_meta`. */
const PARALLEL = 8;

/**
 * Runs an inventory script (`--list`, and `--host NAME` when it gives no `_meta`) and reads its JSON into `inventory`.
 * @throws Failure `inventory-script`, with what the script wrote to stderr
 */
export async function readScript(inventory: MutableInventory, path: string, decrypt?: (ciphertext: string) => string): Promise<void> {
  const place: Place = { file: path, line: 1, column: 1 };
  const fail = (message: string): Failure => new Failure(message, { code: "inventory-script", fault: "inventory", place: { file: path, line: 1, column: 1 } });
  const parse = (text: string, what: string): Record<string, unknown> => {
    let data: unknown;
    try {
      data = JSON.parse(text, (_, value: unknown) => revive(value, place, decrypt));
    } catch (error) {
      throw fail(`${what} of this inventory script is no JSON: ${(error as Error).message}`);
    }
    if (!isMapping(data)) throw fail(`${what} of this inventory script must be a mapping, not ${kindOf(data)}`);
    return data;
  };

  const data = parse(await runScript(path, ["--list"]), "the output");
  const meta = data._meta;
  const hostvars = meta === undefined ? undefined : isMapping(meta) ? meta.hostvars : undefined;
  if (meta !== undefined && !isMapping(hostvars)) throw fail(`"_meta" of this inventory script must hold a mapping "hostvars", not ${kindOf(hostvars)}`);

  const hosts = new Set<string>();
  for (const [name, group] of Object.entries(data)) {
    if (name !== "_meta") readGroup(inventory, name, group, hosts, place, fail);
  }
  const names = [...hosts];
  const varsOf = async (host: string): Promise<Record<string, unknown>> => {
    if (isMapping(hostvars)) {
      const vars = hostvars[host] ?? {};
      if (!isMapping(vars)) throw fail(`the variables of the host "${host}" must be a mapping, not ${kindOf(vars)}`);
      return vars;
    }
    const text = await runScript(path, ["--host", host]);
    return text.trim() === "" ? {} : parse(text, `the output for the host "${host}"`);
  };
  for (let start = 0; start < names.length; start += PARALLEL) {
    const some = names.slice(start, start + PARALLEL);
    const vars = await Promise.all(some.map(varsOf));
    some.forEach((name, index) => {
      for (const [key, value] of Object.entries(vars[index]!)) setVariable(inventory, inventory.hosts.get(name)!, key, value, place);
    });
  }
}

function readGroup(inventory: MutableInventory, name: string, data: unknown, hosts: Set<string>, place: Place, fail: (message: string) => Failure): void {
  const group = addGroup(inventory, name, place);
  // Two old forms: a bare list of hosts, and a bare mapping of variables of a host that has the group's name.
  const content = !isMapping(data) ? { hosts: data } : "hosts" in data || "vars" in data || "children" in data ? data : { hosts: [name], vars: data };
  if (content.hosts !== undefined) {
    if (!Array.isArray(content.hosts)) throw fail(`"hosts" of the group "${name}" must be a list, not ${kindOf(content.hosts)}`);
    for (const host of content.hosts) {
      if (typeof host !== "string") throw fail(`a host of the group "${name}" must be text, not ${kindOf(host)}`);
      hosts.add(host);
      addHost(inventory, host, { group: name, source: place.file, place });
    }
  }
  const { vars = {}, children = [] } = content as { vars?: unknown; children?: unknown };
  if (!isMapping(vars)) throw fail(`"vars" of the group "${name}" must be a mapping, not ${kindOf(vars)}`);
  for (const [key, value] of Object.entries(vars)) setVariable(inventory, group, key, value, place);
  if (!Array.isArray(children)) throw fail(`"children" of the group "${name}" must be a list, not ${kindOf(children)}`);
  for (const child of children) addChild(inventory, name, String(child), place);
}

/** A script is a part of the inventory, so its texts may be templates. It marks secrets, and texts that are data, as mappings with one key. */
function revive(value: unknown, place: Place, decrypt?: (ciphertext: string) => string): unknown {
  if (typeof value === "string") return readWritten(value, place);
  if (!isMapping(value)) return value;
  const { __ansible_vault: vault, __ansible_unsafe: unsafe } = value;
  // the inner text has been read by now
  if (typeof unsafe === "string" || unsafe instanceof Written) return String(unsafe);
  if (typeof vault !== "string") return value;
  const locked = (): string => {
    throw new Failure("this value is encrypted, and no vault secret was given", { code: "vault-locked", fault: "usage", place });
  };
  return new Vaulted(vault, decrypt ?? locked, place);
}

function runScript(path: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(path, args, { maxBuffer: MAX_OUTPUT, encoding: "buffer" }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.toString("utf8"));
      const said = stderr.toString("utf8").trim().split("\n").slice(-20).join("\n");
      const how = typeof error.code === "number" ? `ended with exit status ${error.code}` : `did not run (${error.code ?? error.signal ?? error.message})`;
      reject(
        new Failure(`the inventory script ${[path, ...args].join(" ")} ${how}${said === "" ? "" : `:\n${said}`}`, {
          code: "inventory-script",
          fault: "inventory",
          place: { file: path, line: 1, column: 1 },
          hint: "run it by hand to see what it needs",
          cause: error,
        }),
      );
    });
  });
}
