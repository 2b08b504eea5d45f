/** Columns as wide as they must be, the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("   ");
  const [head = [], ...body] = rows;
  return [line(head), widths.map((width) => "-".repeat(width)).join("   "), ...body.map(line), ""].join("\n");
}

/** `0.42 s`, or why there is no number. */
export function secondsText(seconds: number | string | undefined): string {
  if (seconds === undefined) return "-";
  return typeof seconds === "string" ? seconds : `${seconds.toFixed(2)} s`;
}

/** `1.8x`: how many times `other` it is. */
export function ratio(seconds: number | string | undefined, other: number | string | undefined): string {
  return typeof seconds === "number" && typeof other === "number" ? `${(seconds / other).toFixed(1)}x` : "-";
}
