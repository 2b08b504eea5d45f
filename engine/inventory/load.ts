import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { Failure } from "../source/failure.ts";
import { loadYaml } from "../source/yaml.ts";
import { parseAddress } from "./address.ts";
import { addHost, createInventory, type MutableInventory, reconcile, warnOfConflicts } from "./build.ts";
import type { Inventory } from "./contract.ts";
import { readIni } from "./ini.ts";
import { readPluginConfig } from "./plugin.ts";
import { readScript } from "./script.ts";
import { isVaultText } from "./vars-file.ts";
import { isMapping, kindOf, readYamlInventory } from "./yaml.ts";

export interface LoadOptions {
  /** Opens vault text in inventory files. */
  readonly decrypt?: (ciphertext: string) => string;
  /** Where relative sources start; the process's directory when not given. */
  readonly cwd?: string;
}

const IGNORED_NAMES = /^\.|^(?:host_vars|group_vars|vars_plugins)$/;
const IGNORED_ENDINGS = [".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"];
const YAML_EXTENSIONS = [".yml", ".yaml", ".json"];

/**
 * Reads inventories, in order, into one: INI, YAML and JSON files, executable scripts, configurations of inventory plug-ins,
 * directories of all these, and lists of hosts such as `web1,web2`.
 * @param sources as given by -i
 * @returns the inventory; `sources` in it are absolute
 * @throws Failure with fault "inventory", located, for whatever cannot be read
 */
export async function loadInventory(sources: readonly string[], options: LoadOptions = {}): Promise<Inventory> {
  const inventory = createInventory();
  for (const source of sources) {
    const path = resolve(options.cwd ?? ".", source);
    // A name with a comma is a list of hosts, unless there is such a file.
    if (source.includes(",") && !existsSync(path)) {
      inventory.sources.push(source);
      readHostList(inventory, source);
    } else {
      inventory.sources.push(path);
      await readSource(inventory, path, source, options);
    }
  }
  reconcile(inventory);
  warnOfConflicts(inventory);
  return inventory;
}

function readHostList(inventory: MutableInventory, list: string): void {
  for (const entry of list.split(",").map((item) => item.trim())) {
    if (entry === "") continue;
    const address = entry.includes("[") && !/^\[.*\]:\d+$/.test(entry) ? undefined : parseAddress(entry);
    const name = address?.host ?? entry;
    if (!inventory.hosts.has(name)) addHost(inventory, name, { group: "ungrouped", port: address?.port, source: list });
  }
}

async function readSource(inventory: MutableInventory, path: string, given: string, options: LoadOptions): Promise<void> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new Failure(`there is no inventory ${path}`, {
      code: "inventory-missing",
      fault: "inventory",
      hint: given.includes("/") ? undefined : `for a host of that name write -i "${given}," with a comma`,
    });
  }
  if (!stat.isDirectory()) return readFile(inventory, path, options);
  for (const name of readdirSync(path).sort()) {
    if (IGNORED_NAMES.test(name) || IGNORED_ENDINGS.some((ending) => name.endsWith(ending))) continue;
    await readSource(inventory, join(path, name), join(given, name), options);
  }
}

async function readFile(inventory: MutableInventory, path: string, options: LoadOptions): Promise<void> {
  const place = { file: path, line: 1, column: 1 };
  const fail = (message: string, hint?: string): Failure => new Failure(message, { code: "inventory-syntax", fault: "inventory", place, hint });
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Failure(`cannot read the inventory ${path}: ${(error as Error).message}`, { code: "inventory-missing", fault: "inventory", cause: error });
  }
  const extension = extname(path);
  if (isScript(path, bytes)) return readScript(inventory, path, options.decrypt);
  if (extension === ".toml") throw fail("inventories in TOML are not supported", "write it as YAML or INI");

  let text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (text.includes("\0")) throw fail("this is no inventory: it is not a text file");
  if (isVaultText(text)) {
    if (options.decrypt === undefined) throw fail("this inventory is encrypted, and no vault secret was given", "use --vault-password-file or -J");
    text = options.decrypt(text);
  }
  const isYaml = YAML_EXTENSIONS.includes(extension);
  if (!isYaml && extension !== "" && extension !== ".config") return readIni(inventory, text, path);
  if (isYaml ? looksLikeIni(text) : looksLikeIni(text) || !looksLikeYaml(text)) return readIni(inventory, text, path);

  const data = loadYaml(text, path, { isWritten: true, decrypt: options.decrypt, fault: "inventory" });
  if (data === null) {
    inventory.warnings.push(`the inventory ${path} is empty`);
  } else if (!isMapping(data)) {
    throw fail(`an inventory is a mapping of groups, not ${kindOf(data)}`);
  } else if (typeof data.plugin === "string") {
    readPluginConfig(inventory, data, path, options);
  } else {
    readYamlInventory(inventory, data, path);
  }
}

/** Executable and with a line `#!` or machine code. A mere execute bit, as on files from Windows, makes no script. */
function isScript(path: string, bytes: Buffer): boolean {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  return bytes.subarray(0, 2).toString("latin1") === "#!" || bytes.subarray(0, 4).toString("latin1") === "\x7fELF";
}

function firstLine(text: string): string {
  return (
    text
      .split("\n")
      .find((line) => line.trim() !== "" && !/^\s*[#;]/.test(line))
      ?.trim() ?? ""
  );
}

function looksLikeIni(text: string): boolean {
  return /^\[[^\],"'{}]+\]\s*(#.*)?$/.test(firstLine(text));
}

/** Only asked of files without an extension. A first line `web:` or `---` or `{` is no host of an INI file. */
function looksLikeYaml(text: string): boolean {
  const line = firstLine(text);
  return line === "" || line.startsWith("---") || line.startsWith("{") || line.startsWith("%YAML") || /^(?:"[^"]*"|'[^']*'|[^\s=:#'"]+)\s*:(?:\s|$)/.test(line);
}
