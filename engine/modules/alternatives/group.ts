/** One path that a group offers. */
export interface Alternative {
  readonly path: string;
  readonly priority: number;
  /** Name to path; a name that it does not have is not there. */
  readonly followers: Readonly<Record<string, string>>;
}

/** A group as update-alternatives keeps it in its file. */
export interface Group {
  readonly isAuto: boolean;
  readonly link: string;
  /** Name to link. */
  readonly followers: Readonly<Record<string, string>>;
  readonly alternatives: readonly Alternative[];
}

/**
 * Reads a group's file: the mode, the link, name and link of each follower, an empty line; then of each alternative its path, its
 * priority (on Red Hat perhaps `@family@priority service`) and a path for each follower, which may be empty.
 */
export function parseGroup(text: string): Group {
  const lines = text.split("\n");
  const [mode = "", link = ""] = lines;
  let at = 2;
  const followers: Record<string, string> = {};
  for (; at < lines.length && lines[at] !== ""; at += 2) followers[lines[at]!] = lines[at + 1] ?? "";
  at += 1;
  const names = Object.keys(followers);
  const alternatives: Alternative[] = [];
  for (; at < lines.length && lines[at] !== ""; at += 2 + names.length) {
    const paths = names.map((name, index): [string, string] => [name, lines[at + 2 + index] ?? ""]).filter(([, path]) => path !== "");
    const priority = /^(?:@[^@]*@)?(-?\d+)/.exec(lines[at + 1] ?? "")?.[1];
    alternatives.push({ path: lines[at]!, priority: Number(priority ?? 0), followers: Object.fromEntries(paths) });
  }
  return { isAuto: mode === "auto", link, followers, alternatives };
}
