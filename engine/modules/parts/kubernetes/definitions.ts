import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { finalize } from "../../../expression/evaluate.ts";
import type { KubeObject } from "../../../kubernetes/contract.ts";
import { loadYamlDocuments } from "../../../source/yaml.ts";
import { type Controller, ModuleError, type TemplateOptions } from "../../contract.ts";
import { isValues, type Values } from "./object.ts";

export interface DefinitionArgs {
  readonly definition?: unknown;
  readonly src?: string | undefined;
  readonly template?: unknown;
  readonly kind?: string | undefined;
  readonly api_version?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/**
 * The objects that a task describes: inline, from a file, from templates, or by kind and name alone. Lists are taken apart.
 * @throws Failure for broken YAML; ModuleError for what is no object
 */
export function definitionsOf(args: DefinitionArgs, controller: Controller): KubeObject[] {
  const found: unknown[] = [];
  if (args.src !== undefined) {
    const file = controller.findFile(args.src, "files");
    found.push(...loadYamlDocuments(controller.decrypt(readFileSync(file), file).toString("utf8"), file));
  }
  for (const { path, options } of templatesOf(args.template)) {
    const file = controller.findFile(path, "templates");
    found.push(...loadYamlDocuments(controller.renderTemplate(file, options), file));
  }
  if (typeof args.definition === "string") found.push(...loadYamlDocuments(args.definition, "definition"));
  else if (args.definition !== undefined) found.push(args.definition);
  if (args.src === undefined && args.template === undefined && args.definition === undefined && args.kind !== undefined && args.name !== undefined)
    found.push({});
  const plain = JSON.parse(JSON.stringify(finalize(found))) as unknown[];
  return plain.flatMap((value) => [...flatten(value)]).map((object) => completed(object, args));
}

function* flatten(value: unknown): Generator<Values> {
  if (value === null) return;
  if (Array.isArray(value)) for (const entry of value) yield* flatten(entry);
  else if (!isValues(value)) throw new ModuleError(`a definition must be a mapping, not ${JSON.stringify(value)}`);
  else if (Array.isArray(value["items"]) && (value["kind"] === undefined || /List$/.test(String(value["kind"])))) yield* flatten(value["items"]);
  else yield value;
}

function completed(given: Values, args: DefinitionArgs): KubeObject {
  const metadata = isValues(given["metadata"]) ? given["metadata"] : {};
  const object = {
    ...given,
    apiVersion: given["apiVersion"] ?? args.api_version ?? "v1",
    kind: given["kind"] ?? args.kind,
    metadata: {
      ...metadata,
      name: metadata["name"] ?? args.name,
      ...(args.namespace === undefined ? {} : { namespace: args.namespace }),
    },
  };
  const { apiVersion, kind } = object;
  if (typeof kind !== "string") throw new ModuleError(`a definition has no kind: ${JSON.stringify(given).slice(0, 80)}`);
  if (typeof apiVersion !== "string") throw new ModuleError(`the apiVersion of a ${kind} must be text`);
  if (typeof object.metadata.name !== "string") {
    const hint = metadata["generateName"] === undefined ? undefined : "a generated name would be another one at each run: give it one";
    throw new ModuleError(`a ${kind} has no metadata.name`, {}, hint);
  }
  return withStoredData(object as unknown as KubeObject);
}

/** `stringData` is only ever written: what is compared and owned is `data`. */
function withStoredData(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.kind !== "Secret" || !isValues(stringData)) return object;
  const encoded = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")]));
  return { ...rest, data: { ...(rest["data"] as Values | undefined), ...encoded } } as unknown as KubeObject;
}

interface TemplateFile {
  readonly path: string;
  readonly options: TemplateOptions;
}

const TEMPLATE_KEYS: Readonly<Record<string, keyof TemplateOptions>> = {
  newline_sequence: "newlineSequence",
  trim_blocks: "trimBlocks",
  lstrip_blocks: "lstripBlocks",
  block_start_string: "blockStartString",
  block_end_string: "blockEndString",
  variable_start_string: "variableStartString",
  variable_end_string: "variableEndString",
};

/** `template`: a path, a mapping with path and options, or a list of these. @throws ModuleError */
export function templatesOf(given: unknown): TemplateFile[] {
  if (given === undefined) return [];
  if (typeof given === "string") return [{ path: given, options: {} }];
  if (Array.isArray(given)) return given.flatMap(templatesOf);
  if (!isValues(given) || typeof given["path"] !== "string") throw new ModuleError("template must be a path, or a mapping with a path");
  const { path, ...rest } = given;
  const unknown = Object.keys(rest).find((key) => !Object.hasOwn(TEMPLATE_KEYS, key));
  if (unknown !== undefined) throw new ModuleError(`template has no "${unknown}": it takes path, ${Object.keys(TEMPLATE_KEYS).join(", ")}`);
  const options = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      TEMPLATE_KEYS[key]!,
      typeof value === "string" ? value.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : value,
    ]),
  );
  return [{ path: path as string, options }];
}

/** The object under a name that ends in a hash of its content, as Kustomize and kubernetes.core make it; other kinds than ConfigMap and Secret as they are. */
export function withHash(object: KubeObject): KubeObject {
  if (object.kind !== "ConfigMap" && object.kind !== "Secret") return object;
  const content = sorted({
    data: object["data"] ?? "",
    kind: object.kind,
    name: object.metadata.name,
    ...(object.kind === "Secret" ? { type: object["type"] ?? "" } : {}),
  });
  const digits = createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 10);
  const vowels: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };
  return { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-${digits.replace(/[013ae]/g, (digit) => vowels[digit]!)}` } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isValues(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
