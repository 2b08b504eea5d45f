import path from "node:path";
import type { Cluster as ClusterEntry, User } from "@kubernetes/client-node/dist/config_types.js";
import type { Answer, Script } from "../session/contract.ts";
import { didYouMean, Failure } from "../source/failure.ts";
import { ownFile } from "../source/own-files.ts";
import { loadYaml } from "../source/yaml.ts";
import type { ClusterAccess } from "./contract.ts";

/** Where a cluster's API is, and what to show it. */
export interface Endpoint {
  readonly server: URL;
  readonly namespace: string;
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  /** The name that the API's certificate must have, when it is not the server's. */
  readonly servername?: string | undefined;
  readonly isVerified: boolean;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Where that was written, for messages. */
  readonly origin: string;
}

/** Runs a script on the host, as the task's user. */
export type Ask = (script: Script) => Promise<Answer>;

type Values = Readonly<Record<string, unknown>>;

/**
 * Works out a cluster's endpoint from arguments, the task's environment (K8S_AUTH_*, KUBECONFIG) and the host's kubeconfig.
 * @throws Failure with fault "host": `kubeconfig-missing`, `kubeconfig-unusable`
 */
export async function endpointOf(given: ClusterAccess, environment: Readonly<Record<string, string>>, ask: Ask): Promise<Endpoint> {
  const access = withEnvironment(given, environment);
  const base = access.host === undefined ? await fromKubeconfig(access, ask) : bare(access.host);
  const own = async (file: string | undefined): Promise<Buffer | undefined> => (file === undefined ? undefined : readFile(file, ask));
  const [ca, cert, key] = await Promise.all([own(access.caCert), own(access.clientCert), own(access.clientKey)]);
  return {
    ...base,
    ca: ca ?? base.ca,
    cert: cert ?? base.cert,
    key: key ?? base.key,
    isVerified: access.validateCerts ?? base.isVerified,
    headers: { ...base.headers, ...headersOf(access) },
  };
}

function withEnvironment(given: ClusterAccess, environment: Readonly<Record<string, string>>): ClusterAccess {
  const own = (name: string): string | undefined => environment[`K8S_AUTH_${name}`] || undefined;
  const verify = own("VERIFY_SSL");
  return {
    kubeconfig: given.kubeconfig ?? own("KUBECONFIG") ?? (environment["KUBECONFIG"] || undefined),
    context: given.context ?? own("CONTEXT"),
    host: given.host ?? own("HOST"),
    apiKey: given.apiKey ?? own("API_KEY"),
    username: given.username ?? own("USERNAME"),
    password: given.password ?? own("PASSWORD"),
    caCert: given.caCert ?? own("SSL_CA_CERT"),
    clientCert: given.clientCert ?? own("CERT_FILE"),
    clientKey: given.clientKey ?? own("KEY_FILE"),
    validateCerts: given.validateCerts ?? (verify === undefined ? undefined : !/^(0|n|no|false|off)$/i.test(verify)),
    impersonateUser: given.impersonateUser,
    impersonateGroups: given.impersonateGroups,
  };
}

function headersOf(access: ClusterAccess): Record<string, string | readonly string[]> {
  const basic = access.username === undefined ? undefined : `${access.username}:${access.password ?? ""}`;
  const authorization = access.apiKey !== undefined ? `Bearer ${access.apiKey}` : basic === undefined ? undefined : `Basic ${base64(basic)}`;
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(access.impersonateUser === undefined ? {} : { "impersonate-user": access.impersonateUser }),
    ...(access.impersonateGroups === undefined ? {} : { "impersonate-group": access.impersonateGroups }),
  };
}

function bare(host: string): Endpoint {
  return { server: serverOf(host, "the argument host"), namespace: "default", isVerified: true, headers: {}, origin: "the task's arguments" };
}

async function fromKubeconfig(access: ClusterAccess, ask: Ask): Promise<Endpoint> {
  const { origin, content } = await kubeconfigOf(access, ask);
  const { newClusters, newContexts, newUsers } = await import("@kubernetes/client-node/dist/config_types.js");
  const entries = (key: string): readonly Values[] => (Array.isArray(content[key]) ? (content[key] as Values[]) : []);
  let contexts, clusters, users;
  try {
    contexts = newContexts(entries("contexts"));
    clusters = newClusters(entries("clusters"));
    // NOTE: the library reads token-file from this machine's disk; ours is the host's
    users = newUsers(entries("users").map(withoutTokenFile));
  } catch (error) {
    throw unusable(origin, error instanceof Error ? error.message : String(error));
  }
  const wanted = access.context ?? (typeof content["current-context"] === "string" ? content["current-context"] : "");
  const context = contexts.find(({ name }) => name === wanted);
  const names = contexts.map(({ name }) => name);
  if (context === undefined) {
    const said = wanted === "" ? "has no current-context" : `has no context "${wanted}"`;
    throw unusable(origin, said, didYouMean(wanted, names) ?? (names.length === 0 ? undefined : `give context: one of ${names.join(", ")}`));
  }
  const cluster = clusters.find(({ name }) => name === context.cluster);
  if (cluster === undefined) throw unusable(origin, `the context "${wanted}" names the cluster "${context.cluster}", which is not in it`);
  const user = users.find(({ name }) => name === context.user);
  if (user === undefined && context.user !== undefined) throw unusable(origin, `the context "${wanted}" names the user "${context.user}", which is not in it`);
  const entry = entries("users").find((each) => each["name"] === context.user);
  return { ...(await endpointFrom(cluster, user, tokenFileOf(entry), origin, ask)), namespace: context.namespace ?? "default" };
}

async function kubeconfigOf(access: ClusterAccess, ask: Ask): Promise<{ readonly origin: string; readonly content: Values }> {
  if (typeof access.kubeconfig === "object") return { origin: "the argument kubeconfig", content: access.kubeconfig };
  const answer = await ask({ text: ownFile("./kubeconfig.sh", import.meta.url), vars: { given: access.kubeconfig ?? "" } });
  if (answer.code === 4) {
    throw missing(`the kubeconfig ${answer.stderr.toString("utf8").trim()} may not be read`, "add become: true to the task, or give kubeconfig");
  }
  if (answer.code === 3) {
    const looked = access.kubeconfig ?? "/etc/kubernetes/admin.conf or ~/.kube/config";
    throw missing(`no kubeconfig on the host: there is no ${looked}`, "run the task on a control plane, or give kubeconfig, or host and api_key");
  }
  if (answer.code !== 0) throw missing(`the kubeconfig cannot be read: ${answer.stderr.toString("utf8").trim()}`);
  const text = answer.stdout.toString("utf8");
  const origin = text.slice(0, text.indexOf("\n"));
  let content: unknown;
  try {
    content = loadYaml(text.slice(origin.length + 1), origin);
  } catch (error) {
    // NOTE: the message of a YAML failure may show the line, and that may hold a key
    throw unusable(origin, error instanceof Failure ? `no YAML (line ${error.place?.line ?? "unknown"})` : "no YAML");
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) throw unusable(origin, "is no mapping");
  return { origin, content: content as Values };
}

async function endpointFrom(
  cluster: ClusterEntry,
  user: User | undefined,
  tokenFile: string | undefined,
  origin: string,
  ask: Ask,
): Promise<Omit<Endpoint, "namespace">> {
  if (user?.exec || user?.authProvider) {
    throw unusable(
      origin,
      `the user "${user.name}" logs in by a program or a provider, which tsplay does not run`,
      "give api_key, or a context of a user with a certificate or a token",
    );
  }
  const beside = (file: string): string => (path.isAbsolute(file) ? file : path.posix.join(path.posix.dirname(origin), file));
  const bytes = async (file: string | null | undefined, data: string | null | undefined): Promise<Buffer | undefined> =>
    data ? Buffer.from(data, "base64") : file ? readFile(beside(file), ask) : undefined;
  const [ca, cert, key, token] = await Promise.all([
    bytes(cluster.caFile, cluster.caData),
    bytes(user?.certFile, user?.certData),
    bytes(user?.keyFile, user?.keyData),
    user?.token ? Buffer.from(user.token) : bytes(tokenFile, undefined),
  ]);
  return {
    server: serverOf(cluster.server, origin),
    ca,
    cert,
    key,
    servername: cluster.tlsServerName,
    isVerified: !cluster.skipTLSVerify,
    headers: headersOf({
      apiKey: token?.toString("utf8").trim(),
      username: user?.username ?? undefined,
      password: user?.password ?? undefined,
      impersonateUser: user?.impersonateUser ?? undefined,
    }),
    origin,
  };
}

function tokenFileOf(entry: Values | undefined): string | undefined {
  const file = (entry?.["user"] as Values | undefined)?.["token-file"] ?? (entry?.["user"] as Values | undefined)?.["tokenFile"];
  return typeof file === "string" ? file : undefined;
}

function withoutTokenFile(entry: Values): Values {
  const user = entry["user"];
  if (typeof user !== "object" || user === null) return entry;
  return { ...entry, user: Object.fromEntries(Object.entries(user).filter(([key]) => key !== "token-file")) };
}

async function readFile(file: string, ask: Ask): Promise<Buffer> {
  const answer = await ask({ text: 'cat -- "$file"', vars: { file } });
  if (answer.code !== 0) throw missing(`${file} cannot be read on the host: ${answer.stderr.toString("utf8").trim()}`, "add become: true to the task");
  return answer.stdout;
}

function serverOf(text: string, origin: string): URL {
  const server = URL.canParse(text) ? new URL(text) : undefined;
  if (server === undefined || !["https:", "http:"].includes(server.protocol))
    throw unusable(origin, `"${text}" is no address of an API`, "it begins with https://");
  return server;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function missing(message: string, hint?: string): Failure {
  return new Failure(message, { code: "kubeconfig-missing", fault: "host", hint });
}

function unusable(origin: string, message: string, hint?: string): Failure {
  return new Failure(`${origin}: ${message}`, { code: "kubeconfig-unusable", fault: "host", hint });
}
