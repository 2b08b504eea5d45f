/** One line of a sources.list. */
export interface Source {
  readonly isValid: boolean;
  readonly isEnabled: boolean;
  /** Without comment and with single blanks. */
  readonly text: string;
}

const types = new Set(["deb", "deb-src"]);

export function parseSource(line: string): Source {
  let text = line.trim();
  const isEnabled = !text.startsWith("#");
  if (!isEnabled) text = text.slice(1);
  const comment = text.indexOf("#");
  if (comment > 0) text = text.slice(0, comment);
  const words = text.trim().split(/\s+/);
  return { isValid: types.has(words[0] ?? ""), isEnabled, text: words.join(" ") };
}

/** The file that a new source goes to, named after its address. */
export function suggestedFile(source: string, filename: string | undefined): string {
  const [address] = source
    .replace(/\[[^\]]+\]/, "")
    .replace(/\w+:\/\//g, "")
    .split(/\s+/)
    .filter((word) => word !== "" && !types.has(word));
  const bare = (address ?? "").replace(/^[^@]*@/, "");
  const name = `${
    filename ??
    bare
      .split(/[^a-zA-Z0-9]+/)
      .filter((part) => part !== "")
      .join("_")
  }.list`;
  return name.includes("/") ? name : `/etc/apt/sources.list.d/${name}`;
}
