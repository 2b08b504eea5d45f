/** Python's fnmatch for names: `*`, `?`, `[abc]`, `[!abc]`; a dot or slash is a character like any other. */
export function fnmatch(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\[!?\]?[^\]]*\]|[^]/g, (part) => {
    if (part === "*") return "[^]*";
    if (part === "?") return "[^]";
    if (part.length > 1)
      return part
        .replace(/\\/g, "\\\\")
        .replace(/^\[!/, "[^")
        .replace(/^(\[\^?)\]/, "$1\\]");
    return part.replace(/[.*+?^${}()|[\]\\/]/, "\\$&");
  });
  const regex = new RegExp(`^${source}$`);
  return (name) => regex.test(name);
}
