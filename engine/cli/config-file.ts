import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { readText } from "../source/text.ts";

export interface ConfigValue {
  readonly text: string;
  readonly place: Place;
}

/** An ansible.cfg: its values under `section.key`, keys in lower case. */
export interface ConfigFile {
  readonly file: string;
  readonly values: ReadonlyMap<string, ConfigValue>;
}

/**
 * Finds ansible.cfg where Ansible does: $ANSIBLE_CONFIG, ./ansible.cfg, ~/.ansible.cfg, /etc/ansible/ansible.cfg. The first that exists
 * counts alone.
 * @returns the path, and a warning when ./ansible.cfg was passed over because everybody may write to its folder
 */
export function findConfigFile(env: NodeJS.ProcessEnv, directory: string, home: string): { file?: string; warning?: string } {
  let warning: string | undefined;
  const named = env["ANSIBLE_CONFIG"];
  if (named !== undefined && named !== "") {
    const given = path.resolve(directory, expandHome(named, home));
    const file = isDirectory(given) ? path.join(given, "ansible.cfg") : given;
    if (isReadable(file)) return { file };
  }
  const here = path.join(directory, "ansible.cfg");
  if (isReadable(here)) {
    if ((statSync(directory).mode & 0o002) === 0) return { file: here };
    warning = `${here} is ignored, since everybody may write to its folder; name it in ANSIBLE_CONFIG to use it all the same`;
  }
  for (const file of [path.join(home, ".ansible.cfg"), "/etc/ansible/ansible.cfg"]) {
    if (isReadable(file)) return { file, ...(warning === undefined ? {} : { warning }) };
  }
  return warning === undefined ? {} : { warning };
}

/**
 * Reads an INI file as Python's configparser does: `key = value` or `key: value`, comments with `#` or `;`, indented lines continue a value.
 * @throws Failure `bad-config` with the line
 */
export function readConfigFile(file: string): ConfigFile {
  const text = readText(file, { what: "configuration file", fault: "usage" });
  const values = new Map<string, ConfigValue>();
  let section: string | undefined;
  let last: string | undefined;
  text.split(/\r?\n/).forEach((line, index) => {
    const place: Place = { file, line: index + 1, column: 1, text: line };
    const bare = line.replace(/(^|\s);.*$/, "").trimEnd();
    if (bare.trim() === "" || bare.trimStart().startsWith("#")) return;
    if (/^\s/.test(bare) && last !== undefined) {
      const value = values.get(last)!;
      values.set(last, { ...value, text: `${value.text}\n${bare.trim()}`.trim() });
      return;
    }
    const header = /^\s*\[([^\]]+)\]\s*$/.exec(bare);
    if (header !== null) {
      section = header[1]!.trim();
      last = undefined;
      return;
    }
    const assignment = /^([^=:]+?)\s*(?:[=:]\s*(.*))?$/.exec(bare.trim());
    if (section === undefined || assignment === null) {
      throw new Failure(`this line is neither [section] nor key = value`, {
        code: "bad-config",
        fault: "usage",
        place,
        hint: section === undefined ? "begin with [defaults]" : "write comments behind #",
      });
    }
    last = `${section}.${assignment[1]!.toLowerCase()}`;
    values.set(last, { text: assignment[2] ?? "", place });
  });
  return { file, values };
}

export function expandHome(text: string, home: string): string {
  return text === "~" || text.startsWith("~/") ? home + text.slice(1) : text;
}

function isDirectory(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isReadable(file: string): boolean {
  if (!(statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)) return false;
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
