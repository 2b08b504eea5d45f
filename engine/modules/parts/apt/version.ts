/** Compares two Debian versions as dpkg does: negative when `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [divide(a), divide(b)];
  return left.epoch - right.epoch || compareParts(left.upstream, right.upstream) || compareParts(left.revision, right.revision);
}

function divide(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(":");
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon === -1 ? 0 : Number(version.slice(0, colon)),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? "0" : rest.slice(dash + 1),
  };
}

/** Stretches of other characters and of digits, by turns. */
function compareParts(a: string, b: string): number {
  const pieces = (text: string): string[] => text.split(/(\d+)/);
  const [left, right] = [pieces(a), pieces(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [x, y] = [left[index] ?? "", right[index] ?? ""];
    const order = index % 2 === 1 ? Number(x || 0) - Number(y || 0) : compareText(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

// "~" comes before the end, letters before everything else
function weight(char: string | undefined): number {
  if (char === undefined) return 0;
  if (char === "~") return -1;
  return /[A-Za-z]/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
}

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const order = weight(a[index]) - weight(b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Shell-like patterns, as of Python's fnmatch: `*`, `?`, `[abc]`, `[!abc]`. */
export function matches(text: string, pattern: string): boolean {
  const source = pattern.replace(/\[!?[^\]]*\]|[.*+?^${}()|\\[\]]/g, (piece) => {
    if (piece === "*") return ".*";
    if (piece === "?") return ".";
    if (piece.length > 1) return piece.replace(/^\[!/, "[^");
    return `\\${piece}`;
  });
  return new RegExp(`^${source}$`, "s").test(text);
}
