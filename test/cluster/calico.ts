import { readFile } from "node:fs/promises";
import { parseAllDocuments } from "yaml";

interface KubeObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * Holds what the API has against the manifest: every field that it sets, and those that the role sets over it.
 * @param manifest the file
 * @param environment what calico-node's environment must say besides
 * @param kubectl asks the cluster
 * @returns a line for each field that is different
 */
export async function wrongCalico(
  manifest: string,
  environment: Readonly<Record<string, string>>,
  kubectl: (command: string) => Promise<string>,
): Promise<string[]> {
  const documents = parseAllDocuments(await readFile(manifest, "utf8")).map((document) => document.toJS() as KubeObject | null);
  const objects = documents.filter((object) => object !== null);
  const wrong: string[] = [];
  for (const object of objects) {
    const { kind, apiVersion, metadata } = object;
    const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[1]}.${apiVersion.split("/")[0]}` : "";
    const found = await kubectl(`get ${kind}${group} ${metadata.name} ${metadata.namespace === undefined ? "" : `-n ${metadata.namespace}`} -o json`);
    // the status is not the manifest's to set
    const wanted = { ...(kind === "DaemonSet" ? withEnvironment(object, environment) : object), status: undefined };
    wrong.push(...differences(wanted, JSON.parse(found), `${kind}/${metadata.name}`));
  }
  if (objects.length < 30) wrong.push(`the manifest has ${objects.length} objects only`);
  return wrong;
}

interface Named {
  readonly name: string;
}

function withEnvironment(object: KubeObject, environment: Readonly<Record<string, string>>): KubeObject {
  const copy = structuredClone(object) as KubeObject & { spec: { template: { spec: { containers: (Named & { env: Named[] })[] } } } };
  const node = copy.spec.template.spec.containers.find(({ name }) => name === "calico-node")!;
  node.env = node.env.filter(({ name }) => !(name in environment));
  for (const [name, value] of Object.entries(environment)) node.env.push({ name, value } as Named);
  return copy;
}

/** Every field of `wanted` that `found` has otherwise. Lists of named things are compared by name, as the API merges them. */
function differences(wanted: unknown, found: unknown, where: string): string[] {
  if (wanted === null || wanted === undefined) return [];
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found)) return [`${where}: ${JSON.stringify(found)} is no list`];
    return wanted.flatMap((item: unknown, index) => {
      const name = (item as Partial<Named> | null)?.name;
      const other: unknown = name === undefined ? found[index] : found.find((each: Partial<Named>) => each.name === name);
      return differences(item, other, `${where}[${name ?? index}]`);
    });
  }
  if (typeof wanted === "object") {
    const other = (found ?? {}) as Record<string, unknown>;
    return Object.entries(wanted).flatMap(([key, value]) => differences(value, other[key], `${where}.${key}`));
  }
  // the API leaves out what is empty or false
  if (found === undefined && (wanted === "" || wanted === false || wanted === 0)) return [];
  return wanted === found ? [] : [`${where}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`];
}
