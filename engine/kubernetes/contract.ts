/** An object of the Kubernetes API, as its JSON has it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [key: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid?: string; readonly controller?: boolean }[];
  readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string; readonly subresource?: string; readonly fieldsV1?: unknown }[];
  readonly [key: string]: unknown;
}

/** How a task says which cluster it means, and as whom. All files lie on the host. */
export interface ClusterAccess {
  /** A path, or the kubeconfig itself. The usual places when not given. */
  readonly kubeconfig?: string | Readonly<Record<string, unknown>> | undefined;
  readonly context?: string | undefined;
  /** The API's address, for example `https://10.0.0.2:6443`; no kubeconfig is read then. */
  readonly host?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly caCert?: string | undefined;
  readonly clientCert?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly validateCerts?: boolean | undefined;
  readonly impersonateUser?: string | undefined;
  readonly impersonateGroups?: readonly string[] | undefined;
}

/** What a kind of object is called in the API's paths. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  /** For example `deployments`. */
  readonly plural: string;
  readonly isNamespaced: boolean;
  readonly verbs: readonly string[];
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** `application/json` when not given; a patch says what kind it is. */
  readonly contentType?: string;
}

/** What the API answered. A refusal is an answer, not an exception. */
export interface ApiAnswer {
  readonly status: number;
  /** The parsed JSON; for a refusal a Status object. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The API's Warning headers: deprecations and the like. */
  readonly warnings: readonly string[];
}

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
}

export interface ExecAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface Patience {
  /** Seconds until it is given up. */
  readonly timeout: number;
  /** Seconds between two looks. */
  readonly pause: number;
}

/** A cluster's API, as a module may use it: reached through the session to the task's host. */
export interface Cluster {
  /** The namespace that the kubeconfig's context names; `default` when it names none. */
  readonly namespace: string;
  /** @throws Failure with fault "host": `cluster-unreachable`, `cluster-certificate`, `cluster-unauthorized`, `cluster-silent` */
  request(request: ApiRequest): Promise<ApiAnswer>;
  /**
   * The resource of a kind. Without `apiVersion`, v1 first, then every group's preferred version.
   * @param kind the kind, or its plural, singular or short name
   * @returns undefined when the API has none
   */
  resourceOf(apiVersion: string | undefined, kind: string): Promise<Resource | undefined>;
  /** Runs a command in a container. @throws Failure `exec-refused` */
  exec(request: ExecRequest): Promise<ExecAnswer>;
  /**
   * Looks until `look` brings something other than undefined.
   * @returns what it brought; undefined when the time is over
   */
  until<T>(look: () => Promise<T | undefined>, patience: Patience): Promise<T | undefined>;
  /** A line about what is being waited for, for those who watch. */
  tell(line: string): void;
}

/** The path of an object, or of all objects of a kind when `name` is not given (of all namespaces, when that is not given either). */
export function pathOf(resource: Resource, namespace: string | undefined, name?: string, subresource?: string): string {
  const base = resource.apiVersion.includes("/") ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`;
  const within = resource.isNamespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const named = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${base}${within}/${resource.plural}${named}${subresource === undefined ? "" : `/${subresource}`}`;
}
