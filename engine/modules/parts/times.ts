import { ModuleError } from "../contract.ts";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const directives: Readonly<Record<string, string>> = {
  Y: "(?<Y>\\d{4})",
  y: "(?<y>\\d{2})",
  m: "(?<m>\\d{1,2})",
  d: "(?<d>\\d{1,2})",
  H: "(?<H>\\d{1,2})",
  M: "(?<M>\\d{1,2})",
  S: "(?<S>\\d{1,2})",
  I: "(?<I>\\d{1,2})",
  p: "(?<p>[AaPp][Mm])",
  b: "(?<b>[A-Za-z]{3})",
  B: "(?<b>[A-Za-z]+)",
  a: "[A-Za-z]{3}",
  A: "[A-Za-z]+",
  "%": "%",
};

/**
 * Reads a time as Python's strptime does and writes it as date(1) and touch(1) take it: `2020-12-31 23:59:00`, in the host's own time zone.
 * @throws ModuleError when the text does not follow the format
 */
export function strptime(text: string, format: string): string {
  const expanded = format.replaceAll("%T", "%H:%M:%S").replaceAll("%F", "%Y-%m-%d").replaceAll("%D", "%m/%d/%y").replaceAll("%R", "%H:%M");
  const problem = (): ModuleError => new ModuleError(`Error while obtaining timestamp for time ${text} using format ${format}: they do not match`);
  const pattern = expanded.replace(/%(.)|[.*+?^${}()|[\]\\]|\s+/g, (match, letter: string | undefined) => {
    if (letter !== undefined) return directives[letter] ?? raise(problem());
    return /\s/.test(match) ? "\\s+" : `\\${match}`;
  });
  const groups = new RegExp(`^${pattern}$`).exec(text)?.groups;
  if (groups === undefined) throw problem();
  const year = groups["Y"] ?? (groups["y"] === undefined ? "1900" : String(Number(groups["y"]) + (Number(groups["y"]) < 69 ? 2000 : 1900)));
  const month = groups["b"] === undefined ? Number(groups["m"] ?? 1) : months.indexOf(groups["b"].slice(0, 3).toLowerCase()) + 1;
  let hour = Number(groups["H"] ?? groups["I"] ?? 0);
  if (groups["I"] !== undefined && groups["p"] !== undefined) hour = (hour % 12) + (/p/i.test(groups["p"]) ? 12 : 0);
  const [day, minute, second] = [Number(groups["d"] ?? 1), Number(groups["M"] ?? 0), Number(groups["S"] ?? 0)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 61) throw problem();
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

function raise(error: Error): never {
  throw error;
}
