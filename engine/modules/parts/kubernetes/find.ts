import { type Cluster, type KubeObject, pathOf, type Resource } from "../../../kubernetes/contract.ts";
import { ModuleError } from "../../contract.ts";
import { isGood, refusalIn, refused } from "./refusal.ts";

/** The resource of a kind. @throws ModuleError when the cluster has none */
export async function resourceFor(cluster: Cluster, apiVersion: string | undefined, kind: string): Promise<Resource> {
  const resource = await cluster.resourceOf(apiVersion, kind);
  if (resource !== undefined) return resource;
  const elsewhere = apiVersion === undefined ? undefined : await cluster.resourceOf(undefined, kind);
  const hint = elsewhere === undefined ? "its CustomResourceDefinition must come first" : `did you mean ${elsewhere.apiVersion}?`;
  throw new ModuleError(`the cluster knows no kind ${kind}${apiVersion === undefined ? "" : ` of ${apiVersion}`}`, { api_found: false }, hint);
}

/** One object; undefined when it is not there. @throws ModuleError when the API refuses */
export async function objectAt(cluster: Cluster, path: string, what: string): Promise<KubeObject | undefined> {
  const answer = await cluster.request({ method: "GET", path });
  if (answer.status === 404) return undefined;
  if (!isGood(answer)) throw refused(what, refusalIn(answer)!);
  return answer.body as unknown as KubeObject;
}

export interface Selection {
  readonly namespace?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly fields?: readonly string[] | undefined;
}

const PAGE = "500";

/** All objects of a kind that match, from every namespace when none is given. @throws ModuleError when the API refuses */
export async function objectsOf(cluster: Cluster, resource: Resource, selection: Selection): Promise<KubeObject[]> {
  const { namespace, labels = [], fields = [] } = selection;
  const found: KubeObject[] = [];
  let next: string | undefined;
  do {
    const query = { labelSelector: labels.join(",") || undefined, fieldSelector: fields.join(",") || undefined, limit: PAGE, continue: next };
    const answer = await cluster.request({ method: "GET", path: pathOf(resource, namespace), query });
    if (!isGood(answer)) throw refused(resource.plural, refusalIn(answer)!);
    const { items = [], metadata } = answer.body as { items?: KubeObject[]; metadata?: { continue?: string } };
    // the entries of a list do not say what they are
    for (const item of items) found.push({ ...item, apiVersion: resource.apiVersion, kind: resource.kind });
    next = metadata?.continue || undefined;
  } while (next !== undefined);
  return found;
}
