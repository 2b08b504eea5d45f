/** Lines of at most `width` characters, as Python's textwrap does without touching white space. */
export function wrapWords(text: string, width: number, breakLong: boolean, breakOnHyphens: boolean): string[] {
  const chunks = text
    .split(/(\s+)/)
    .filter((chunk) => chunk !== "")
    .flatMap((chunk) => (breakOnHyphens && !/^\s/.test(chunk) ? chunk.split(/(?<=[\p{L}\p{N}_][\p{L}_]-)(?=[\p{L}_])/u) : [chunk]));
  const lines: string[] = [];
  let line = "";
  const finish = (): void => {
    const done = line.trimEnd();
    if (done !== "") lines.push(done);
    line = "";
  };
  for (let chunk of chunks) {
    if (line === "" && lines.length > 0 && /^\s/.test(chunk)) continue;
    if (line.length + chunk.length > width) {
      if (breakLong && chunk.length > width) {
        while (line.length + chunk.length > width) {
          const space = Math.max(1, width - line.length);
          line += chunk.slice(0, space);
          chunk = chunk.slice(space);
          finish();
        }
      } else {
        finish();
        if (/^\s/.test(chunk)) continue;
      }
    }
    line += chunk;
  }
  finish();
  return lines;
}
