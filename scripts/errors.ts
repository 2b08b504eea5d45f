// The page of error codes, read out of the sources: whoever adds one need not remember to list it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

interface Said {
  readonly message: string;
  readonly hint: string | undefined;
}

const EXIT_CODES: Readonly<Record<string, string>> = {
  usage: "the command line: exit code 5",
  playbook: "the playbook, a role, a template or a variable: exit code 4 before the run, 2 in a task",
  inventory: "the inventory: exit code 4 before the run, 2 in a task",
  host: "the host, or what a task asked of it: exit code 2",
  transport: "the way to the host: exit code 4 where it cannot be reached, 2 where only a task failed by it, 99 when interrupted",
  internal: "tsplay itself: exit code 250",
};

/** Whom the helpers of a folder of engine/ blame; the playbook elsewhere. */
const FAULT_IN: Readonly<Record<string, string>> = { cli: "usage", inventory: "inventory", kubernetes: "host", session: "transport", task: "transport" };

/**
 * @param root the project's folder
 * @returns docs/errors.md, from every `new Failure(message, { code, fault, hint })` under engine/, and calls of what makes one
 */
export function errorsMarkdown(root: string): string {
  const found = new Map<string, Map<string, Said[]>>();
  const add = (fault: string, code: string, said: Said): void => {
    const codes = found.get(fault) ?? new Map<string, Said[]>();
    codes.set(code, [...(codes.get(code) ?? []), said]);
    found.set(fault, codes);
  };
  const files = readdirSync(join(root, "engine"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  for (const name of files.sort()) {
    const source = ts.createSourceFile(name, readFileSync(join(root, "engine", name), "utf8"), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && node.expression.getText() === "Failure") {
        const [message, details] = node.arguments ?? [];
        const fault = textOf(property(details, "fault"));
        for (const code of fault === undefined ? [] : textsOf(property(details, "code"))) {
          add(fault!, code, { message: textOf(message) ?? "", hint: textOf(property(details, "hint")) });
        }
      } else if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isArrayLiteralExpression(node)) {
        // what makes a failure, in whatever order it takes code and message: problem(message, code, place, hint), trouble(host, code, message, details)
        const parts = ts.isArrayLiteralExpression(node) ? node.elements : (node.arguments ?? []);
        const texts = parts.map(textOf);
        const at = texts.findIndex((text) => text !== undefined && /^[a-z]+(-[a-z]+)+$/.test(text));
        const isSaid = (text: string | undefined): boolean => text?.includes(" ") === true;
        const message = texts.slice(0, Math.max(at, 0)).findLast(isSaid) ?? texts.slice(at + 1).find(isSaid);
        // lists of words are many: the tuples meant here are [message, code, place, hint]
        const isTuple = at === 1 || !ts.isArrayLiteralExpression(node);
        if (at !== -1 && isTuple && message !== undefined) {
          const written = parts.map((part) => textOf(property(part, "hint"))).find((text) => text !== undefined);
          const hint = written ?? texts.slice(at + 1).find((text) => text !== message && isSaid(text));
          add(FAULT_IN[name.split("/")[0]!] ?? "playbook", texts[at]!, { message, hint });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  const page = ["# Error codes\n\nEvery error names its code in brackets, in `--output json` as `failure.code`. `…` stands for what differs.\n"];
  for (const [fault, exit] of Object.entries(EXIT_CODES)) {
    const codes = found.get(fault);
    if (codes === undefined) continue;
    page.push(`\n## ${fault}\n\nAt fault: ${exit}.\n\n| code | what it says | what to do |\n| --- | --- | --- |\n`);
    for (const [code, said] of [...codes].sort(([a], [b]) => (a < b ? -1 : 1))) page.push(row(code, said));
  }
  return page.join("");
}

function row(code: string, said: readonly Said[]): string {
  const list = (texts: readonly (string | undefined)[]): string =>
    [...new Set(texts.filter((text) => text !== undefined && /[a-z]/.test(text)))]
      .slice(0, 3)
      .map((text) => cell(text!))
      .join("<br>");
  return `| \`${code}\` | ${list(said.map(({ message }) => message))} | ${list(said.map(({ hint }) => hint))} |\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ").replaceAll("*", "\\*");
}

function property(node: ts.Node | undefined, name: string): ts.Expression | undefined {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined;
  const found = node.properties.find((one) => one.name?.getText() === name);
  return found !== undefined && ts.isPropertyAssignment(found) ? found.initializer : undefined;
}

/** The texts that an expression may come to. */
function textsOf(node: ts.Expression | undefined): string[] {
  if (node !== undefined && ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  const text = textOf(node);
  return text === undefined ? [] : [text];
}

/** The text of a literal, with `…` where a template has an expression; undefined for what is worked out. */
function textOf(node: ts.Expression | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join("");
  if (ts.isConditionalExpression(node)) return textOf(node.whenTrue) ?? textOf(node.whenFalse);
  return undefined;
}
