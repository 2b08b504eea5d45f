import type { KubeObject } from "../../../kubernetes/contract.ts";
import { at, isValues, type Values } from "./object.ts";

/** Keys whose values are known to everybody: hiding "postgres" would black out half of a run's output. */
const OPEN_KEYS = /^(user|username|host|hostname|port|database|dbname|type|url)$/i;
const SHORTEST = 6;

/** The texts of a Secret that no event may show: its values as they stand in it and as they are. Nothing for other objects. */
export function secretTexts(object: Pick<KubeObject, "kind">): string[] {
  if (object.kind !== "Secret") return [];
  const { data, stringData } = object as Values;
  const stored = entriesOf(data).map(([key, value]) => [key, value, Buffer.from(value, "base64").toString("utf8")] as const);
  const plain = entriesOf(stringData).map(([key, value]) => [key, Buffer.from(value).toString("base64"), value] as const);
  return [...stored, ...plain].flatMap(([key, encoded, value]) => [encoded, ...(OPEN_KEYS.test(key) || value.length < SHORTEST ? [] : [value])]);
}

function entriesOf(data: unknown): [string, string][] {
  return isValues(data) ? Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string") : [];
}

/**
 * An object as it may be shown. A Secret's values become stars, those that differ from `other`'s with `mark`, in kubectl's words.
 * @param other the same object before or after
 */
export function shownObject(object: KubeObject, other: KubeObject | undefined, mark: "before" | "after"): KubeObject {
  if (object.kind !== "Secret") return object;
  const values = at(object, "data");
  const data = Object.fromEntries(
    entriesOf(values).map(([key, value]) => [key, at(other, "data", key) === value || other === undefined ? "***" : `*** (${mark})`]),
  );
  return { ...object, metadata: withoutCopies(object.metadata), ...(values === undefined ? {} : { data }) };
}

/** kubectl keeps a copy of what was applied, values and all. */
function withoutCopies(metadata: KubeObject["metadata"]): KubeObject["metadata"] {
  const copy = "kubectl.kubernetes.io/last-applied-configuration";
  if (metadata.annotations?.[copy] === undefined) return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, [copy]: "***" } };
}
