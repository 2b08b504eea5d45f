import type { Module } from "../modules/contract.ts";
import { type Option, optionsOf, rulesOf, sentence } from "./options.ts";

/** The page docs/modules/NAME.md. */
export function moduleMarkdown(module: Module): string {
  const { name, summary, doc, freeForm } = module.module;
  const options = optionsOf(module);
  const rules = rulesOf(module);
  const returns = Object.entries(doc?.returns ?? {});
  const parts = [`# ${name}`, sentence(summary)];
  if (doc?.description !== undefined) parts.push(doc.description.trim());
  if (options.length > 0) parts.push("## Arguments", table(["Argument", "Type", "Default", "What it is"], options.map(optionRow)));
  else parts.push("It takes no arguments.");
  if (freeForm !== undefined) parts.push(`Free text fills \`${freeForm}\`: \`${name}: TEXT\`.`);
  if (rules.length > 0) parts.push(rules.map((rule) => `- ${rule}`).join("\n"));
  if (returns.length > 0) parts.push("## Returns", table(["Key", "What it holds"], returns.map(([key, text]) => [`\`${key}\``, text])));
  if (doc?.examples !== undefined) parts.push("## Examples", `\`\`\`yaml\n${doc.examples.trimEnd()}\n\`\`\``);
  if (doc?.differences !== undefined) parts.push("## Differences from Ansible", doc.differences.map((text) => `- ${text}`).join("\n"));
  return `${parts.join("\n\n")}\n`;
}

/** The page docs/modules/README.md: every module with its summary. */
export function modulesIndex(modules: readonly Module[]): string {
  const rows = modules.map(({ module }) => [`[${module.name}](${module.name}.md)`, module.summary]);
  return `# Modules\n\nWritten by \`scripts/docs.ts\` from the modules' own schemas. In a terminal: \`tsplay doc NAME\`.\n\n${table(["Module", "What it does"], rows)}\n`;
}

function optionRow(option: Option): string[] {
  const aliases = option.aliases.length > 0 ? `<br>also ${option.aliases.map((alias) => `\`${alias}\``).join(", ")}` : "";
  const choices = option.choices.length > 0 ? `<br>${option.choices.map((choice) => `\`${choice}\``).join(", ")}` : "";
  const secret = option.isSecret ? " Never shown." : "";
  return [
    `\`${option.name}\`${option.isRequired ? " **required**" : ""}${aliases}`,
    option.type + choices,
    option.fallback === undefined ? "" : `\`${option.fallback}\``,
    option.description + secret,
  ];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
