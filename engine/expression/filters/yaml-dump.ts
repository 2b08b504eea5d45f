import { Float, Vaulted } from "../values.ts";
import { compareText } from "../python/compare.ts";
import { floatText, numberText, text } from "../python/text.ts";
import { isDict, PyObject, typeError, typeName, use } from "../python/types.ts";
import { analyze, writeDouble, writeLiteral, writePlain, writeSingle, resolvesToText } from "./yaml-scalars.ts";

export interface YamlStyle {
  readonly indent: number;
  /** True: all in one line; false: a line for each entry; null: one line for containers of scalars. */
  readonly flow: boolean | null;
  readonly width: number;
  readonly sortKeys: boolean;
  readonly explicitStart: boolean;
  readonly explicitEnd: boolean;
  readonly defaultStyle: string | undefined;
}

/** YAML as PyYAML's emitter writes it, so that files made by Ansible stay as they are. */
export function dumpYaml(value: unknown, style: YamlStyle): string {
  const indent = style.indent > 1 && style.indent < 10 ? style.indent : 2;
  const writer = new Writer({ ...style, indent, width: style.width > indent * 2 ? style.width : 80 });
  return writer.document(value);
}

type Container = unknown[] | Record<string, unknown>;

function isContainer(value: unknown): value is Container {
  return Array.isArray(value) || isDict(value);
}

class Writer {
  readonly #style: YamlStyle;
  #out = "";
  #column = 0;

  constructor(style: YamlStyle) {
    this.#style = style;
  }

  document(value: unknown): string {
    if (this.#style.explicitStart) this.#write("---");
    this.#node(value, { indent: -1, isRoot: true, inFlow: false, isKey: false, inMapping: false, inSequence: false });
    const out = this.#out.endsWith("\n") ? this.#out : `${this.#out}\n`;
    return this.#style.explicitEnd ? `${out}...\n` : out;
  }

  #write(part: string): void {
    this.#out += part;
    const newline = part.lastIndexOf("\n");
    this.#column = newline === -1 ? this.#column + part.length : part.length - newline - 1;
  }

  #newline(indent: number): void {
    this.#write(`\n${" ".repeat(Math.max(0, indent))}`);
  }

  #node(value: unknown, context: Context): void {
    if (!isContainer(value)) {
      this.#scalar(value, context);
      return;
    }
    const isEmpty = Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
    const leaf = this.#style.flow === null && (Array.isArray(value) ? (value as unknown[]) : Object.values(value)).every((item) => !isContainer(item));
    const flow = context.inFlow || isEmpty || this.#style.flow === true || leaf;
    if (Array.isArray(value)) {
      if (flow)
        this.#flow(
          "[",
          "]",
          value.map((item: unknown) => [undefined, item] as const),
          context,
        );
      else this.#blockSequence(value as unknown[], context);
    } else {
      const keys = Object.keys(value);
      if (this.#style.sortKeys) keys.sort(compareText);
      const entries = keys.map((key) => [key, value[key]] as const);
      if (flow) this.#flow("{", "}", entries, context);
      else this.#blockMapping(entries, context);
    }
  }

  #flow(open: string, close: string, entries: readonly (readonly [string | undefined, unknown])[], context: Context): void {
    const indent = context.indent < 0 ? this.#style.indent : context.indent + this.#style.indent;
    this.#write(this.#separator() + open);
    entries.forEach(([key, item], index) => {
      if (index > 0) this.#write(",");
      if (this.#column > this.#style.width) this.#newline(indent);
      else if (index > 0) this.#write(" ");
      const inner = { ...context, indent, inFlow: true, isRoot: false };
      if (key !== undefined) {
        this.#scalar(key, { ...inner, isKey: true });
        this.#write(":");
      }
      this.#node(item, { ...inner, isKey: false, inMapping: key !== undefined });
    });
    this.#write(close);
  }

  #separator(): string {
    return this.#out === "" || /[\s[{]$/.test(this.#out) ? "" : " ";
  }

  #blockSequence(items: readonly unknown[], context: Context): void {
    // a list directly below a key is not indented
    const isIndentless = context.inMapping;
    const indent = context.indent < 0 ? 0 : isIndentless ? context.indent : context.indent + this.#style.indent;
    items.forEach((item, index) => {
      if (index > 0 || !context.inSequence) this.#lineStart(indent, index === 0 && context.isRoot);
      else this.#write(" ".repeat(Math.max(0, indent - this.#column)));
      this.#write("-");
      this.#node(item, { ...context, indent, isRoot: false, inMapping: false, inSequence: true });
    });
  }

  #blockMapping(entries: readonly (readonly [string, unknown])[], context: Context): void {
    const indent = context.indent < 0 ? 0 : context.indent + this.#style.indent;
    entries.forEach(([key, item], index) => {
      if (index > 0 || !context.inSequence) this.#lineStart(indent, index === 0 && context.isRoot);
      else this.#write(" ".repeat(Math.max(0, indent - this.#column)));
      const inner = { ...context, indent, isRoot: false, inSequence: false };
      const isSimple = key.length < 128 && !key.includes("\n");
      if (isSimple) {
        this.#scalar(key, { ...inner, isKey: true });
        this.#write(":");
      } else {
        this.#write("?");
        this.#scalar(key, { ...inner, isKey: false });
        this.#newline(indent);
        this.#write(":");
      }
      this.#node(item, { ...inner, isKey: false, inMapping: true });
    });
  }

  #lineStart(indent: number, isFirst: boolean): void {
    if (isFirst && this.#out === "") return;
    this.#newline(indent);
  }

  #scalar(value: unknown, context: Context): void {
    const [body, style] = scalarText(use(value));
    const indent = context.indent < 0 ? this.#style.indent : context.indent + this.#style.indent;
    const separator = this.#separator();
    const start = this.#column + separator.length;
    const folds = !context.isKey;
    const layout = { indent, column: start, width: this.#style.width, folds };
    if (style !== "text") {
      this.#write(separator + (this.#style.defaultStyle === undefined ? body : `!!${style} "${body}"`));
      return;
    }
    const facts = analyze(body);
    const forced = this.#style.defaultStyle;
    const plainAllowed =
      !(context.inFlow ? facts.noFlowPlain : facts.noBlockPlain) &&
      !(body === "" && (context.inFlow || context.isKey)) &&
      !(context.isKey && facts.isMultiline);
    if (forced === undefined && resolvesToText(body) && plainAllowed && !facts.isMultiline) this.#write(separator + writePlain(body, layout));
    else if (forced === "|" && !context.inFlow && !context.isKey && !facts.noBlock) {
      this.#write(separator + writeLiteral(body, indent, this.#style.indent));
    } else if (forced !== '"' && !facts.noSingle && !(context.isKey && facts.isMultiline)) this.#write(separator + writeSingle(body, layout));
    else this.#write(separator + writeDouble(body, layout));
  }
}

interface Context {
  /** Columns of the enclosing block; -1 at the root. */
  readonly indent: number;
  readonly isRoot: boolean;
  readonly inFlow: boolean;
  readonly isKey: boolean;
  readonly inMapping: boolean;
  /** Directly after a "-": the first entry stays on its line. */
  readonly inSequence: boolean;
}

function scalarText(value: unknown): readonly [string, string] {
  if (value === null || value === undefined) return ["null", "null"];
  if (typeof value === "boolean") return [value ? "true" : "false", "bool"];
  if (typeof value === "number" && Number.isInteger(value)) return [numberText(value), "int"];
  if (typeof value === "number" || value instanceof Float) return [yamlFloat(Number(value)), "float"];
  if (typeof value === "string" || value instanceof Vaulted) return [text(value), "text"];
  if (value instanceof PyObject) return [value.text(), "timestamp"];
  throw typeError(`cannot represent an object of type ${typeName(value)} in YAML`);
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const shown = floatText(value);
  // YAML 1.1 takes "1e17" for text
  return shown.includes(".") || !shown.includes("e") ? shown : shown.replace("e", ".0e");
}
