import { homedir, userInfo } from "node:os";
import path from "node:path";
import type { Target } from "./contract.ts";
import { Failure } from "../source/failure.ts";
import type { SshSettings } from "./settings.ts";
import { parseSshArgs } from "./ssh-args.ts";
import { type ConfigEntry, expandHome, readSshConfig, syntaxError } from "./ssh-config.ts";

const MAX_JUMPS = 8;
const DEFAULT_IDENTITIES = ["~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"];
const DEFAULT_KNOWN_HOSTS = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"];
const GLOBAL_KNOWN_HOSTS = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/**
 * Weighs what the inventory says (first), the arguments for ssh, ~/.ssh/config and /etc/ssh/ssh_config (last).
 * @throws Failure `ssh-config`, `ssh-args`
 */
export function resolveSettings(target: Target): SshSettings {
  const args = parseSshArgs(target.sshArgs ?? "");
  return resolve({
    target,
    entries: args.entries,
    configFile: args.configFile,
    alias: target.host ?? target.name,
    port: target.port,
    user: target.user,
    depth: 0,
  });
}

interface Question {
  /** Undefined for a jump host: only what the configuration says holds for it, as with ssh. */
  readonly target: Target | undefined;
  readonly name?: string;
  readonly entries: readonly ConfigEntry[];
  readonly configFile: string | undefined;
  readonly alias: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly depth: number;
}

function resolve(question: Question): SshSettings {
  const { target, alias, depth } = question;
  const localUser = userInfo().username;
  const config = readConfig(question, localUser);
  const name = target?.name ?? question.name!;
  const user = question.user ?? config.word("user") ?? localUser;
  const port = question.port ?? config.number("port") ?? 22;
  const host = expandTokens(config.word("hostname") ?? alias, { h: alias });
  const tokens = { h: host, n: alias, p: String(port), r: user, u: localUser, d: homedir(), k: config.word("hostkeyalias") ?? alias };
  const file = (text: string): string => expandHome(expandTokens(text, tokens));
  const files = (keyword: string, standard: readonly string[]): string[] => (config.list(keyword) ?? standard).filter((word) => word !== "none").map(file);
  const identities = [
    ...(target?.privateKeyFile === undefined ? [] : [expandHome(target.privateKeyFile)]),
    ...config.all("identityfile").map((word) => file(word)),
  ].filter((word) => word !== "none");
  const areIdentitiesDefault = identities.length === 0 && !config.has("identityfile");
  const proxy = config.entry("proxyjump", "proxycommand");
  return {
    name,
    alias,
    host,
    port,
    user,
    password: target?.password,
    identityFiles: areIdentitiesDefault ? DEFAULT_IDENTITIES.map(expandHome) : [...new Set(identities)],
    areIdentitiesDefault,
    passphrase: target?.privateKeyPassphrase,
    identitiesOnly: config.yes("identitiesonly") ?? false,
    agent: agentSocket(config.word("identityagent"), file),
    userKnownHosts: files("userknownhostsfile", DEFAULT_KNOWN_HOSTS),
    globalKnownHosts: files("globalknownhostsfile", GLOBAL_KNOWN_HOSTS),
    hostKeyChecking: target?.hostKeyChecking ?? checkingOf(config),
    hostKeyAlias: config.word("hostkeyalias"),
    hashKnownHosts: config.yes("hashknownhosts") ?? false,
    connectTimeout: (target?.connectTimeout ?? (config.seconds("connecttimeout") || 10)) * 1000,
    keepAliveInterval: (target?.keepAliveInterval ?? (config.seconds("serveraliveinterval") || 5)) * 1000,
    keepAliveCount: target?.keepAliveCount ?? config.number("serveralivecountmax") ?? 3,
    methods: methodsOf(config),
    family: ({ inet: 4, inet6: 6 } as const)[config.word("addressfamily")?.toLowerCase() ?? ""] ?? 0,
    proxyJump: proxy?.keyword === "proxyjump" ? jumps(proxy, question, name, depth) : [],
    proxyCommand: proxy?.keyword === "proxycommand" && proxy.values[0] !== "none" ? expandTokens(proxy.values[0]!, tokens, proxy) : undefined,
  };
}

function jumps(entry: ConfigEntry, question: Question, name: string, depth: number): SshSettings[] {
  const text = entry.values.join(",");
  if (text.toLowerCase() === "none") return [];
  if (depth >= MAX_JUMPS)
    throw syntaxError(`ProxyJump leads through more than ${MAX_JUMPS} hosts`, entry.place, "look whether a jump host jumps through itself");
  return text.split(",").map((hop, index) => {
    const match = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:@]+))(?::(\d+))?$/.exec(hop.trim());
    if (match === null) throw syntaxError(`"${hop}" is no jump host`, entry.place, "write [user@]host[:port]");
    const [, user, bracketed, plain, port] = match;
    const alias = (bracketed ?? plain)!;
    const settings = resolve({
      target: undefined,
      name: `${name} (jump host ${alias})`,
      entries: [],
      configFile: question.configFile,
      alias,
      port: port === undefined ? undefined : Number(port),
      user,
      depth: depth + 1,
    });
    // only the first hop is reached from here; the others are reached from the hop before
    return index === 0 ? settings : { ...settings, proxyJump: [], proxyCommand: undefined };
  });
}

interface Config {
  entry(...keywords: string[]): ConfigEntry | undefined;
  has(keyword: string): boolean;
  word(keyword: string): string | undefined;
  list(keyword: string): readonly string[] | undefined;
  all(keyword: string): readonly string[];
  number(keyword: string): number | undefined;
  seconds(keyword: string): number | undefined;
  yes(keyword: string): boolean | undefined;
}

function readConfig(question: Question, localUser: string): Config {
  const entries = [...question.entries];
  const subject = { alias: question.alias, user: question.user ?? entries.find(({ keyword }) => keyword === "user")?.values[0], localUser };
  if (question.configFile === undefined) {
    readSshConfig(path.join(homedir(), ".ssh", "config"), subject, entries, false);
    readSshConfig("/etc/ssh/ssh_config", subject, entries, false);
  } else if (question.configFile !== "none") readSshConfig(expandHome(question.configFile), subject, entries, true);

  const entry = (...keywords: string[]): ConfigEntry | undefined => entries.find(({ keyword }) => keywords.includes(keyword));
  const word = (keyword: string): string | undefined => entry(keyword)?.values[0];
  const numeric = (keyword: string, pattern: RegExp, convert: (text: string) => number): number | undefined => {
    const found = entry(keyword);
    if (found === undefined) return undefined;
    const text = found.values[0]!;
    if (text === "none") return 0;
    if (!pattern.test(text)) throw syntaxError(`"${text}" is no number for ${keyword}`, found.place);
    return convert(text);
  };
  return {
    entry,
    has: (keyword) => entry(keyword) !== undefined,
    word,
    list: (keyword) => entry(keyword)?.values,
    all: (keyword) => entries.filter((found) => found.keyword === keyword).flatMap(({ values }) => values),
    number: (keyword) => numeric(keyword, /^\d+$/, Number),
    seconds: (keyword) => numeric(keyword, /^(\d+[smhdw]?)+$/i, secondsOf),
    yes: (keyword) => {
      const text = word(keyword)?.toLowerCase();
      return text === undefined ? undefined : text === "yes" || text === "true";
    },
  };
}

function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
  return [...text.matchAll(/(\d+)([smhdw]?)/gi)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!.toLowerCase()]!, 0);
}

function checkingOf(config: Config): SshSettings["hostKeyChecking"] {
  const found = config.entry("stricthostkeychecking");
  const text = found?.values[0]?.toLowerCase() ?? "ask";
  const known: Readonly<Record<string, SshSettings["hostKeyChecking"]>> = {
    yes: "yes",
    true: "yes",
    "accept-new": "accept-new",
    no: "no",
    off: "no",
    false: "no",
    ask: "ask",
  };
  const checking = known[text];
  if (checking === undefined) throw syntaxError(`"${text}" is no value for StrictHostKeyChecking`, found!.place, "write yes, accept-new or no");
  return checking;
}

function agentSocket(word: string | undefined, file: (text: string) => string): string | undefined {
  if (word?.toLowerCase() === "none") return undefined;
  if (word === undefined || word === "SSH_AUTH_SOCK") return process.env["SSH_AUTH_SOCK"] || undefined;
  return word.startsWith("$") ? process.env[word.replace(/^\$\{?|\}$/g, "")] || undefined : file(word);
}

function methodsOf(config: Config): SshSettings["methods"] {
  const all = ["publickey", "keyboard-interactive", "password"] as const;
  const preferred = config.word("preferredauthentications")?.toLowerCase().split(",");
  const isOff = (keyword: string): boolean => config.yes(keyword) === false;
  const off = {
    publickey: isOff("pubkeyauthentication"),
    password: isOff("passwordauthentication"),
    "keyboard-interactive": isOff("kbdinteractiveauthentication") || isOff("challengeresponseauthentication"),
  };
  const order = preferred === undefined ? all : preferred.map((word) => all.find((method) => method === word)).filter((method) => method !== undefined);
  return order.filter((method) => !off[method]);
}

function expandTokens(text: string, tokens: Readonly<Record<string, string>>, entry?: ConfigEntry): string {
  return text.replace(/%(.?)/g, (whole, letter: string) => {
    if (letter === "%") return "%";
    const value = tokens[letter];
    if (value !== undefined) return value;
    const message = `"${whole}" in ${JSON.stringify(text)} is not a token that can be replaced here`;
    throw entry === undefined ? new Failure(message, { code: "ssh-config", fault: "usage", hint: "look at ~/.ssh/config" }) : syntaxError(message, entry.place);
  });
}
