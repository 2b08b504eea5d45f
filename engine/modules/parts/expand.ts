import { quote } from "./words.ts";

// what sh sets for itself and no environment holds
const SHELL_NAMES = new Set(["IFS", "OPTIND", "OPTARG", "PPID", "PS1", "PS2", "PS4", "REPLY", "LINENO", "RANDOM", "SECONDS"]);

/**
 * A word of sh that yields `text` with environment variables and a leading `~` or `~user` replaced, as Ansible does for paths and for
 * the arguments of `command`: a variable that is not set stays as it is written, and nothing else is special.
 */
export function expandableWord(text: string): string {
  const tilde = /^~[A-Za-z0-9_.-]*(?:\/|$)/.exec(text)?.[0] ?? "";
  let word = tilde;
  let at = tilde.length;
  for (const match of text.slice(at).matchAll(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g)) {
    const name = match[1] ?? match[2]!;
    if (SHELL_NAMES.has(name) || name.startsWith("run_")) continue;
    const start = tilde.length + match.index;
    if (start > at) word += quote(text.slice(at, start));
    word += match[1] === undefined ? `"\${${name}-\\\${${name}\\}}"` : `"\${${name}-\\$${name}}"`;
    at = start + match[0].length;
  }
  if (at < text.length || word === "") word += quote(text.slice(at));
  return word;
}

/** Several words, for `eval "set -- $words"`. */
export function words(list: readonly string[], isExpanded: boolean): string {
  return list.map(isExpanded ? expandableWord : quote).join(" ");
}
