import type { Module } from "../modules/contract.ts";
import { type Option, optionsOf, rulesOf, sentence } from "./options.ts";

const WIDTH = 100;

/** What `tsplay doc MODULE` prints: plain text for a terminal, wrapped at 100 columns, ends with a newline. */
export function moduleText(module: Module): string {
  const { name, summary, doc, freeForm } = module.module;
  const options = optionsOf(module);
  const sections: string[] = [`${name}: ${sentence(summary)}`];
  if (doc?.description !== undefined) sections.push(wrap(doc.description, ""));
  sections.push(options.length === 0 ? "It takes no arguments." : `ARGUMENTS (* is required)\n\n${options.map(optionText).join("\n")}`);
  if (freeForm !== undefined) sections.push(wrap(`Free text fills ${freeForm}: \`${name}: TEXT\`.`, ""));
  const rules = rulesOf(module);
  if (rules.length > 0) sections.push(`RULES\n\n${rules.map((rule) => wrap(rule, "  ")).join("\n")}`);
  const returns = Object.entries(doc?.returns ?? {});
  if (returns.length > 0) sections.push(`RETURNS\n\n${returns.map(([key, text]) => `  ${key}\n${wrap(text, "      ")}`).join("\n")}`);
  if (doc?.examples !== undefined) sections.push(`EXAMPLES\n\n${indent(doc.examples.trimEnd(), "  ")}`);
  if (doc?.differences !== undefined) sections.push(`DIFFERENCES FROM ANSIBLE\n\n${doc.differences.map((text) => bullet(text)).join("\n")}`);
  return `${sections.join("\n\n")}\n`;
}

function optionText(option: Option): string {
  const facts = [option.type, ...(option.choices.length > 0 ? [`one of ${option.choices.join(", ")}`] : []), ...(option.fallback === undefined ? [] : [`default ${option.fallback}`])];
  const more = [...(option.aliases.length > 0 ? [`also ${option.aliases.join(", ")}`] : []), ...(option.isSecret ? ["never shown"] : [])];
  const head = `${option.isRequired ? "*" : " "} ${option.name}  (${[...facts, ...more].join("; ")})`;
  return `${wrap(head, "", "      ")}\n${wrap(option.description, "      ")}`;
}

function bullet(text: string): string {
  return wrap(`- ${text}`, "  ", "    ");
}

/** Breaks text at blanks; the lines after the first are indented by `rest`. */
function wrap(text: string, first: string, rest = first): string {
  const lines: string[] = [];
  let line = first;
  const [, lead = "", body = ""] = /^(\s*)([\s\S]*)$/.exec(text)!;
  line += lead;
  for (const word of body.split(/\s+/)) {
    const isEmpty = line.trim() === "";
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest + word;
    } else line += (isEmpty ? "" : " ") + word;
  }
  return [...lines, line].join("\n");
}

function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}
