import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { gitCredentials } from "../parts/git-credentials.ts";
import { readScript } from "../parts/script.ts";
import { holdsSecret, shownUrl, splitUrl } from "../parts/url.ts";
import { args, type ArgsOf, boolean, integer, path, string } from "../schema.ts";

const schema = args({
  repo: string("Where the repository is.", { required: true, aliases: ["name"] }),
  dest: path("The directory for it.", { required: true }),
  version: string("A branch, a tag or a commit; HEAD for the default branch.", { default: "HEAD" }),
  update: boolean("Fetch when it is there already.", { default: true }),
  clone: boolean("Clone when it is not there.", { default: true }),
  force: boolean("Throw local modifications away.", { default: false }),
  depth: integer("How many commits of history."),
  single_branch: boolean("Clone only the branch of `version`.", { default: false }),
  bare: boolean("Without a working tree.", { default: false }),
  recursive: boolean("With submodules.", { default: true }),
  track_submodules: boolean("Submodules at the newest commit of their branch.", { default: false }),
  remote: string("The remote's name.", { default: "origin" }),
  refspec: string("One more refspec to fetch."),
  reference: string("A repository of the host to take objects from."),
  separate_git_dir: path("Where the repository's own files go."),
  key_file: path("The host's private key for SSH."),
  ssh_opts: string("More options for ssh."),
  accept_hostkey: boolean("Accept any host key.", { default: false }),
  accept_newhostkey: boolean("Accept keys of hosts that are not known yet.", { default: false }),
  verify_commit: boolean("Fail when the signature is not good.", { default: false }),
  umask: string("Umask for the files, octal."),
  executable: path("The git program."),
});

export type GitArgs = ArgsOf<typeof schema>;

export interface GitState {
  readonly isThere: boolean;
  readonly isNotEmpty: boolean;
  readonly head: string | null;
  readonly isModified: boolean;
  readonly url: string | null;
  /** What the remote has under the wanted name. */
  readonly target: { readonly kind: "branch" | "tag" | "commit" | "head"; readonly sha: string } | undefined;
  readonly wasAsked: boolean;
}

export const git: HostModule<GitArgs, GitState> = {
  name: "git",
  summary: "Manages git checkouts",
  args: schema,
  check(args) {
    if (args.umask !== undefined && !/^[0-7]{1,4}$/.test(args.umask)) return "umask must be an octal integer";
    if (args.repo.startsWith("-") || args.version.startsWith("-")) return "repo and version cannot begin with a dash";
    return args.separate_git_dir !== undefined && args.bare ? "separate_git_dir cannot be used with bare" : undefined;
  },
  probe: (args) => ({ text: scriptOf("probe.sh"), vars: { ...commonVars(args), ask_remote: args.update ? "1" : "" } }),
  parse(answer, args) {
    const facts = factsOf(answer);
    const refs = facts.maybe("remote_refs");
    return {
      isThere: facts.flag("is_there"),
      isNotEmpty: facts.flag("is_not_empty"),
      head: facts.maybe("head") || null,
      isModified: facts.flag("is_modified"),
      url: facts.maybe("url") || null,
      target: refs === undefined ? undefined : targetOf(refs, args.version),
      wasAsked: refs !== undefined,
    };
  },
  plan(current, args): readonly Change[] {
    if (!current.isThere) {
      if (current.isNotEmpty)
        throw new ModuleError(`${args.dest} is there, is not empty, and is no git repository`, {}, "name another dest, or remove it first");
      return args.clone ? [{ key: "commit", from: null, to: wanted(current, args).sha }] : [];
    }
    if (!args.update) return [];
    const { sha } = wanted(current, args);
    const isOther = current.head !== sha;
    if (current.isModified && !args.force && isOther) {
      throw new ModuleError(
        `Local modifications exist in the destination: ${args.dest} (force=no).`,
        { before: current.head },
        "commit them, or say force: true to throw them away",
      );
    }
    return [
      ...(current.url === args.repo ? [] : [{ key: "remote", from: current.url === null ? null : shownUrl(current.url), to: shownUrl(args.repo) }]),
      ...(current.isModified && args.force ? [{ key: "modifications", from: "some", to: null }] : []),
      ...(isOther ? [{ key: "commit", from: current.head, to: sha }] : []),
    ];
  },
  apply(_changes, current, args) {
    const target = wanted(current, args);
    return {
      text: scriptOf("apply.sh"),
      vars: {
        ...commonVars(args),
        action: current.isThere ? "update" : "clone",
        kind: target.kind,
        target: target.sha,
        depth: args.depth === undefined ? "" : String(args.depth),
        single_branch: args.single_branch ? "1" : "",
        refspec: args.refspec ?? "",
        reference: args.reference ?? "",
        separate: args.separate_git_dir ?? "",
        force: args.force ? "1" : "",
        recursive: args.recursive ? "1" : "",
        track: args.track_submodules ? "1" : "",
        new_umask: args.umask ?? "",
        verify: args.verify_commit ? "1" : "",
        stored_line: isSecret(args) ? `\turl = "${args.repo.replace(/["\\]/g, "\\$&")}"` : "",
      },
    };
  },
  result: ({ args, before, after, changes }) => ({
    before: before.head,
    after: changes.length === 0 ? before.head : after.head === before.head && before.target !== undefined ? before.target.sha : after.head,
    remote_url_changed: before.isThere && before.url !== null && before.url !== args.repo,
  }),
  doc: {
    examples: `- git:
    repo: https://example.org/app.git
    dest: /srv/app
    version: v1.2
`,
    returns: { before: "the commit before", after: "the commit now", remote_url_changed: "whether the remote has another address now" },
    differences: [
      "a password in the address is given to git by its environment, and kept in .git/config as with Ansible; submodules with relative addresses are kept without it",
      "archive and gpg_allowlist do not exist",
      "a remote's address is written even when the commit stays",
    ],
  },
};

function scriptOf(name: string): string {
  return `${readScript(import.meta.url, "ssh.sh", "facts", "way", "place", "git_credentials")}\n${readScript(import.meta.url, name)}`;
}

function commonVars(args: GitArgs): Record<string, string> {
  return {
    ...gitCredentials([args.repo]),
    repo: isSecret(args) ? splitUrl(args.repo).bare : args.repo,
    dest: args.dest,
    bare: args.bare ? "1" : "",
    version: args.version,
    remote: args.remote,
    git: args.executable ?? "git",
    key_file: args.key_file ?? "",
    ssh_options: args.ssh_opts ?? "",
    host_keys: args.accept_hostkey ? "no" : args.accept_newhostkey ? "accept-new" : "",
  };
}

/** git itself sees the address without name and password: see parts/git-credentials.ts. */
function isSecret(args: GitArgs): boolean {
  return /^https?:\/\//i.test(args.repo) && holdsSecret(args.repo);
}

function targetOf(refs: string, version: string): GitState["target"] {
  const found = new Map(
    refs.split("\n").flatMap((line): [string, string][] => {
      const match = /^([0-9a-f]{40,64})\s+(\S+)$/.exec(line.trim());
      return match === null ? [] : [[match[2]!, match[1]!]];
    }),
  );
  if (version === "HEAD") return found.has("HEAD") ? { kind: "head", sha: found.get("HEAD")! } : undefined;
  const branch = found.get(`refs/heads/${version}`);
  if (branch !== undefined) return { kind: "branch", sha: branch };
  // what an annotated tag points to
  const tag = found.get(`refs/tags/${version}^{}`) ?? found.get(`refs/tags/${version}`);
  if (tag !== undefined) return { kind: "tag", sha: tag };
  if (/^[0-9a-f]{40}$/.test(version)) return { kind: "commit", sha: version };
  const other = found.get(version);
  return other === undefined ? undefined : { kind: "commit", sha: other };
}

function wanted(current: GitState, args: GitArgs): { kind: "branch" | "tag" | "commit" | "head"; sha: string } {
  if (current.target !== undefined) return current.target;
  throw new ModuleError(`${shownUrl(args.repo)} has no branch, tag or commit "${args.version}"`, {}, "commits must be written in full: 40 digits");
}
