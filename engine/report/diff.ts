/** Beyond this many differing lines the search for the smallest diff ends, and the whole stretch counts as replaced. */
const EDIT_LIMIT = 1_000;

export interface DiffOptions {
  readonly beforeHeader: string;
  readonly afterHeader: string;
  /** Equal lines shown around a change. */
  readonly context: number;
}

/** Lines of `before` from..to are replaced by lines of `after` from..to. */
interface Edit {
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
}

/**
 * The unified diff of two texts as `diff -u` writes it, line by line without newlines; empty when the texts are equal. A last line without
 * a newline is followed by `\ No newline at end of file`.
 */
export function unifiedDiff(before: string, after: string, options: DiffOptions): string[] {
  if (before === after) return [];
  const old = splitLines(before);
  const now = splitLines(after);
  const edits = findEdits(old, now);
  if (edits.length === 0) return [];
  const output = [`--- ${options.beforeHeader}`, `+++ ${options.afterHeader}`];
  for (const hunk of groupEdits(edits, options.context)) {
    const first = hunk[0]!;
    const last = hunk[hunk.length - 1]!;
    const lead = Math.min(options.context, first.before[0]);
    const trail = Math.min(options.context, old.length - last.before[1]);
    output.push(`@@ -${range(first.before[0] - lead, last.before[1] + trail)} +${range(first.after[0] - lead, last.after[1] + trail)} @@`);
    let at = first.before[0] - lead;
    for (const edit of hunk) {
      for (; at < edit.before[0]; at += 1) push(output, " ", old[at]!);
      for (; at < edit.before[1]; at += 1) push(output, "-", old[at]!);
      for (let index = edit.after[0]; index < edit.after[1]; index += 1) push(output, "+", now[index]!);
    }
    for (const end = at + trail; at < end; at += 1) push(output, " ", old[at]!);
  }
  return output;
}

/** Lines with their newlines, so that a missing last newline is a difference. */
function splitLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

function push(output: string[], mark: string, line: string): void {
  if (line.endsWith("\n")) output.push(mark + line.slice(0, -1));
  else output.push(mark + line, "\\ No newline at end of file");
}

/** `start,length` of a hunk as unified diffs count: from 1, a length of one left out, an empty range named by the line before it. */
function range(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}

function groupEdits(edits: readonly Edit[], context: number): Edit[][] {
  const groups: Edit[][] = [];
  for (const edit of edits) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && edit.before[0] - last.before[1] <= 2 * context) groups.at(-1)!.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

function findEdits(old: readonly string[], now: readonly string[]): Edit[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let oldEnd = old.length;
  let nowEnd = now.length;
  while (oldEnd > start && nowEnd > start && old[oldEnd - 1] === now[nowEnd - 1]) {
    oldEnd -= 1;
    nowEnd -= 1;
  }
  if (start === oldEnd && start === nowEnd) return [];
  const whole: Edit = { before: [start, oldEnd], after: [start, nowEnd] };
  if (start === oldEnd || start === nowEnd) return [whole];
  const steps = shortestPath(old.slice(start, oldEnd), now.slice(start, nowEnd));
  if (steps === undefined) return [whole];
  return mergeSteps(steps, start);
}

/** Myers' greedy search. Returns the matched pairs (old index, new index) in order, or undefined beyond the limit. */
function shortestPath(old: readonly string[], now: readonly string[]): { matches: [number, number][]; oldLength: number; nowLength: number } | undefined {
  const limit = Math.min(old.length + now.length, EDIT_LIMIT);
  const offset = limit + 1;
  const furthest = new Int32Array(2 * limit + 3);
  const trace: Int32Array[] = [];
  for (let distance = 0; distance <= limit; distance += 1) {
    trace.push(furthest.slice(offset - distance - 1, offset + distance + 2));
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      const down = diagonal === -distance || (diagonal !== distance && furthest[offset + diagonal - 1]! < furthest[offset + diagonal + 1]!);
      let x = down ? furthest[offset + diagonal + 1]! : furthest[offset + diagonal - 1]! + 1;
      let y = x - diagonal;
      while (x < old.length && y < now.length && old[x] === now[y]) {
        x += 1;
        y += 1;
      }
      furthest[offset + diagonal] = x;
      if (x >= old.length && y >= now.length) return { matches: walkBack(trace, old.length, now.length), oldLength: old.length, nowLength: now.length };
    }
  }
  return undefined;
}

function walkBack(trace: readonly Int32Array[], oldLength: number, nowLength: number): [number, number][] {
  const matches: [number, number][] = [];
  let x = oldLength;
  let y = nowLength;
  for (let distance = trace.length - 1; distance >= 0; distance -= 1) {
    // the slice of this round begins at diagonal -(distance + 1)
    const row = trace[distance]!;
    const at = (diagonal: number): number => row[diagonal + distance + 1]!;
    const diagonal = x - y;
    const down = diagonal === -distance || (diagonal !== distance && at(diagonal - 1) < at(diagonal + 1));
    const previous = down ? diagonal + 1 : diagonal - 1;
    const previousX = distance === 0 ? 0 : at(previous);
    const previousY = distance === 0 ? 0 : previousX - previous;
    while (x > previousX && y > previousY) {
      x -= 1;
      y -= 1;
      matches.push([x, y]);
    }
    x = previousX;
    y = previousY;
  }
  return matches.reverse();
}

function mergeSteps(steps: { matches: readonly [number, number][]; oldLength: number; nowLength: number }, start: number): Edit[] {
  const edits: Edit[] = [];
  let x = 0;
  let y = 0;
  for (const [matchX, matchY] of [...steps.matches, [steps.oldLength, steps.nowLength] as const]) {
    if (matchX > x || matchY > y) edits.push({ before: [start + x, start + matchX], after: [start + y, start + matchY] });
    x = matchX + 1;
    y = matchY + 1;
  }
  return edits;
}
