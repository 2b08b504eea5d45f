import type { ClusterAccess } from "../../../kubernetes/contract.ts";
import { anything, type ArgsOf, type args, boolean, list, path, string } from "../../schema.ts";

/** The arguments of all modules that call a cluster's API: which one, and as whom. */
export const accessArgs = {
  kubeconfig: anything(
    "The kubeconfig: a path on the host, or a mapping. Else K8S_AUTH_KUBECONFIG or KUBECONFIG of the task's environment, /etc/kubernetes/admin.conf, ~/.kube/config.",
  ),
  context: string("The kubeconfig's context; its current one when not given."),
  host: string("The API's address as the host reaches it, such as https://10.0.0.2:6443: then no kubeconfig is read."),
  api_key: string("A bearer token.", { secret: true }),
  username: string("Name for basic authentication."),
  password: string("Password for basic authentication.", { secret: true }),
  ca_cert: path("The certificate of the API's authority, on the host.", { aliases: ["ssl_ca_cert"] }),
  client_cert: path("The client's certificate, on the host.", { aliases: ["cert_file"] }),
  client_key: path("The client's key, on the host.", { aliases: ["key_file"] }),
  validate_certs: boolean("Check the API's certificate.", { aliases: ["verify_ssl"] }),
  impersonate_user: string("Act as this user."),
  impersonate_groups: list("Act as a member of these groups."),
};

export type AccessArgs = ArgsOf<ReturnType<typeof args<typeof accessArgs>>>;

const SECRET_KEYS = new Set(["token", "password", "client-key-data"]);

/** What a kubeconfig that is written into the task holds of secrets; a path holds none. */
export function secretsOfAccess({ kubeconfig }: Pick<AccessArgs, "kubeconfig">): string[] {
  const found = (value: unknown): string[] =>
    typeof value !== "object" || value === null
      ? []
      : Object.entries(value).flatMap(([key, entry]) => (typeof entry === "string" && SECRET_KEYS.has(key) ? [entry] : found(entry)));
  return found(kubeconfig);
}

/** @returns why the arguments cannot be used, or undefined */
export function checkAccess(given: AccessArgs): string | undefined {
  const { kubeconfig } = given;
  if (kubeconfig !== undefined && typeof kubeconfig !== "string" && (typeof kubeconfig !== "object" || Array.isArray(kubeconfig))) {
    return "kubeconfig must be a path on the host, or a mapping";
  }
  return given.client_cert !== undefined && given.client_key === undefined ? "client_cert needs client_key" : undefined;
}

export function accessOf(given: AccessArgs): ClusterAccess {
  return {
    kubeconfig: given.kubeconfig as ClusterAccess["kubeconfig"],
    context: given.context,
    host: given.host,
    apiKey: given.api_key,
    username: given.username,
    password: given.password,
    caCert: given.ca_cert,
    clientCert: given.client_cert,
    clientKey: given.client_key,
    validateCerts: given.validate_certs,
    impersonateUser: given.impersonate_user,
    impersonateGroups: given.impersonate_groups,
  };
}
