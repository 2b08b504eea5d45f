import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, resolve } from "node:path";
import { type Change, type Controller, type HostModule, ModuleError } from "../contract.ts";
import { args, type ArgsOf, boolean, path, string } from "../schema.ts";
import { factsOf, MOST_OF_A_FILE } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";

const schema = args({
  src: path("The file on the host.", { required: true }),
  dest: string("Where on the controller: a directory, in which DEST/HOST/SRC is made; with flat the file itself.", { required: true }),
  flat: boolean("Write to dest itself; into it, when it ends with a slash.", { default: false }),
  fail_on_missing: boolean("Fail when the file is not there or cannot be read.", { default: true }),
  validate_checksum: boolean("Compare what was written with the host's checksum.", { default: true }),
});

type Given = ArgsOf<typeof schema>;
type Args = Given & { readonly local?: { readonly path: string; readonly sum: string | undefined } | undefined };

interface State {
  readonly source: string;
  readonly state: string;
  readonly sum: string | undefined;
  readonly bytes: Buffer;
}

export const fetch: HostModule<Args, State> = {
  name: "fetch",
  summary: "Brings a file from the host to the controller",
  args: schema,
  prepare(args, controller) {
    const file = localPath(args, controller);
    return { ...args, local: { path: file, sum: existsSync(file) ? sha1(readFileSync(file)) : undefined } };
  },
  bulky: true,
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts"),
    vars: { src: args.src, local_sum: args.local?.sum ?? "" },
    mostOutput: MOST_OF_A_FILE,
  }),
  parse(answer) {
    const facts = factsOf(answer);
    return { source: facts.get("source"), state: facts.get("state"), sum: facts.maybe("sum"), bytes: facts.bytes };
  },
  plan(current, args) {
    const trouble = troubleOf(current);
    if (trouble !== undefined && args.fail_on_missing) throw new ModuleError(trouble, { file: current.source });
    if (trouble !== undefined || current.sum === args.local!.sum) return [];
    return [{ key: "content", from: args.local!.sum ?? null, to: current.sum! }];
  },
  async deliver(_changes: readonly Change[], current: State, args: Args) {
    const sum = sha1(current.bytes);
    const keys = { dest: args.local!.path, file: current.source, checksum: sum, md5sum: md5(current.bytes), remote_checksum: current.sum, remote_md5sum: null };
    if (args.validate_checksum && sum !== current.sum)
      throw new ModuleError("checksum mismatch", keys, "the file changed while it was read: run the task again");
    await writeWhole(args.local!.path, current.bytes);
    return keys;
  },
  result({ args, after }) {
    const trouble = troubleOf(after);
    if (trouble !== undefined) return { file: after.source, msg: `${trouble}, not transferring, ignored` };
    return { file: after.source, dest: args.local!.path, checksum: after.sum };
  },
  doc: {
    description: "The file is written whole or not at all. Links on the host are followed.",
    examples: `- fetch:
    src: /etc/kubernetes/admin.conf
    dest: kubeconfig/
    flat: true
`,
    returns: { dest: "where it is on the controller", file: "where it is on the host", checksum: "SHA-1", md5sum: "MD5 of what was written" },
    differences: ["check mode tells the truth instead of skipping the task"],
  },
};

function troubleOf(state: State): string | undefined {
  if (state.state === "directory") return "remote file is a directory, fetch cannot work on directories";
  if (state.state === "missing") return "the remote file does not exist";
  return state.state === "unreadable" ? `file is not readable: ${state.source}` : undefined;
}

/** @throws ModuleError when the place is a directory or lies outside of dest */
function localPath(args: Given, controller: Controller): string {
  const base = isAbsolute(args.dest) ? args.dest : resolve(controller.playbookDirectory, args.dest);
  if (!args.flat) {
    // a name that the host gave may climb: neither out of dest, nor into what another host's files are kept in
    const host = controller.host ?? "localhost";
    const own = join(base, host);
    const file = normalize(join(own, args.src.replace(/^~/, "")));
    if (host.includes("/") || host === ".." || !file.startsWith(`${own}/`))
      throw new ModuleError(`Detected directory traversal, expected to be contained in '${own}' but got '${file}'`);
    return file;
  }
  if (args.dest.endsWith("/")) {
    const file = join(base, basename(args.src));
    if (isDirectory(file))
      throw new ModuleError(`calculated dest '${file}' is an existing directory, use another path that does not point to an existing directory`);
    return file;
  }
  if (isDirectory(base)) throw new ModuleError("dest is an existing directory, use a trailing slash if you want to fetch src into that directory");
  return normalize(base);
}

function isDirectory(file: string): boolean {
  return existsSync(file) && statSync(file).isDirectory();
}

async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  // made exclusively, under a name that nobody else can have taken
  const temporary = join(dirname(file), `.tsplay.${randomUUID()}`);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, bytes, { flag: "wx" });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new ModuleError(
      `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`,
      {},
      "look at the folder and its permissions on the controller",
    );
  }
}

function sha1(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex");
}

function md5(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}
