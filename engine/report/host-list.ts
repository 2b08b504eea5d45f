import { harmlessLine } from "./text.ts";

/** Names as they fit into `columns`, at least one: `web1 web2 (+35)`. */
export function hostList(names: readonly string[], columns: number): string {
  let text = "";
  for (const [index, name] of names.entries()) {
    const rest = names.length - index - 1;
    const next = text === "" ? harmlessLine(name) : `${text} ${harmlessLine(name)}`;
    const room = rest === 0 ? columns : columns - ` (+${rest})`.length;
    if (text !== "" && next.length > room) return `${text} (+${rest + 1})`;
    text = next;
  }
  return text;
}
