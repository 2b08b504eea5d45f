import { closeSync, existsSync, lstatSync, openSync, readSync, statSync } from "node:fs";
import { posix } from "node:path";
import { Problem } from "../problem.ts";
import { plugin, type Plugin, type Plugins } from "../plugin.ts";
import { asText } from "../python/arguments.ts";

const of = (test: (path: string) => boolean): Plugin => plugin(["path"], (_, path) => test(asText(path, "a path")));
const status = (path: string) => statSync(path, { throwIfNoEntry: false });
const linkStatus = (path: string) => lstatSync(path, { throwIfNoEntry: false });

const directory = of((path) => status(path)?.isDirectory() === true);
const file = of((path) => status(path)?.isFile() === true);
const link = of((path) => linkStatus(path)?.isSymbolicLink() === true);
const absolute = of((path) => path.startsWith("/"));
const mount = of((path) => {
  const self = linkStatus(path);
  const parent = linkStatus(posix.join(path, ".."));
  return self !== undefined && parent !== undefined && !self.isSymbolicLink() && (self.dev !== parent.dev || self.ino === parent.ino);
});
const sameFile = plugin(["path", "other"], (_, path, other) => {
  const [a, b] = [status(asText(path)), status(asText(other))];
  if (a === undefined || b === undefined) throw new Problem(`there is no file ${asText(a === undefined ? path : other)}`);
  return a.dev === b.dev && a.ino === b.ino;
});

function isVaultFile(path: string): boolean {
  const start = Buffer.alloc(15);
  try {
    const descriptor = openSync(path, "r");
    try {
      readSync(descriptor, start, 0, start.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new Problem(`Cannot test if the file '${path}' is a vault: ${error instanceof Error ? error.message : String(error)}`);
  }
  return start.toString("latin1") === "$ANSIBLE_VAULT;";
}

/** Tests of the controller's own files. */
export const fileTests: Plugins = {
  directory,
  is_dir: directory,
  file,
  is_file: file,
  link,
  is_link: link,
  exists: of(existsSync),
  link_exists: of((path) => linkStatus(path) !== undefined),
  abs: absolute,
  is_abs: absolute,
  mount,
  is_mount: mount,
  same_file: sameFile,
  is_same_file: sameFile,
  vaulted_file: of(isVaultFile),
};
