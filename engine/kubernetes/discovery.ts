import type { ApiAnswer, ApiRequest, Resource } from "./contract.ts";

interface Listed extends Resource {
  readonly names: readonly string[];
}

/** What kinds an API has. Found kinds are remembered; one that was not there is asked for again, since it may come with a CRD. */
export class Discovery {
  private readonly send: (request: ApiRequest) => Promise<ApiAnswer>;
  private readonly versions = new Map<string, readonly Listed[]>();

  constructor(send: (request: ApiRequest) => Promise<ApiAnswer>) {
    this.send = send;
  }

  async find(apiVersion: string | undefined, kind: string): Promise<Resource | undefined> {
    for (const isFresh of [false, true]) {
      const found = await this.findIn(apiVersion === undefined ? await this.everywhere(isFresh) : [apiVersion], kind, isFresh);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private async findIn(versions: readonly string[], kind: string, isFresh: boolean): Promise<Resource | undefined> {
    for (const version of versions) {
      const list = await this.list(version, isFresh);
      const found = list.find((resource) => resource.kind === kind) ?? list.find((resource) => resource.names.includes(kind.toLowerCase()));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private async list(apiVersion: string, isFresh: boolean): Promise<readonly Listed[]> {
    const known = this.versions.get(apiVersion);
    if (known !== undefined && !isFresh) return known;
    const answer = await this.send({ method: "GET", path: apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}` });
    const list = answer.status === 200 ? listedOf(apiVersion, answer.body["resources"]) : [];
    if (list.length > 0) this.versions.set(apiVersion, list);
    return list;
  }

  /** v1, then the groups' preferred versions: those that are not asked for at the first look. */
  private async everywhere(isFresh: boolean): Promise<string[]> {
    if (!isFresh) return ["v1", ...[...this.versions.keys()].filter((version) => version !== "v1")];
    const answer = await this.send({ method: "GET", path: "/apis" });
    const groups = Array.isArray(answer.body["groups"]) ? (answer.body["groups"] as { preferredVersion: { groupVersion: string } }[]) : [];
    return ["v1", ...groups.map((group) => group.preferredVersion.groupVersion)];
  }
}

interface RawResource {
  readonly name: string;
  readonly singularName?: string;
  readonly shortNames?: readonly string[];
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
}

function listedOf(apiVersion: string, resources: unknown): Listed[] {
  if (!Array.isArray(resources)) return [];
  return (resources as RawResource[])
    .filter(({ name }) => !name.includes("/"))
    .map(({ name, singularName, shortNames, namespaced, kind, verbs }) => ({
      apiVersion,
      kind,
      plural: name,
      isNamespaced: namespaced,
      verbs,
      names: [kind.toLowerCase(), name, ...(singularName ? [singularName] : []), ...(shortNames ?? [])],
    }));
}
