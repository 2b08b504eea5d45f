const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", "0": "\0", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** Puts fragments together in the order of their names, as Ansible does. */
export function joinFragments(fragments: readonly { readonly name: string; readonly bytes: Buffer }[], delimiter: string | undefined): Buffer {
  const between =
    delimiter === undefined || delimiter === ""
      ? ""
      : delimiter.replace(/\\(x[0-9a-fA-F]{2}|[^])/g, (whole, letter: string) =>
          letter.length === 3 ? String.fromCharCode(Number.parseInt(letter.slice(1), 16)) : (escapes[letter] ?? whole),
        );
  const parts: Buffer[] = [];
  let needsNewline = false;
  for (const { bytes } of [...fragments].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (needsNewline) parts.push(Buffer.from("\n"));
    if (parts.length > 0 && between !== "") parts.push(Buffer.from(between.endsWith("\n") ? between : `${between}\n`));
    parts.push(bytes);
    needsNewline = bytes.at(-1) !== 0x0a;
  }
  return Buffer.concat(parts);
}
