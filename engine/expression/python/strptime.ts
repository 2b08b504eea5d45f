import { Problem } from "../problem.ts";
import { DateTime } from "./dates.ts";
import { months } from "./strftime.ts";

const patterns: Readonly<Record<string, string>> = {
  Y: "\\d{4}",
  y: "\\d{2}",
  m: "\\d{1,2}",
  d: "\\d{1,2}",
  e: "\\d{1,2}",
  H: "\\d{1,2}",
  I: "\\d{1,2}",
  M: "\\d{1,2}",
  S: "\\d{1,2}",
  f: "\\d{1,6}",
  j: "\\d{1,3}",
  p: "[aApP][mM]",
  a: "[A-Za-z]{3}",
  A: "[A-Za-z]+",
  b: "[A-Za-z]{3}",
  B: "[A-Za-z]+",
  z: "[-+]\\d{2}:?\\d{2}|Z",
  Z: "[A-Za-z]*",
};

/** Python's datetime.strptime. @throws Problem when the text does not fit the format */
export function strptime(value: string, format: string): DateTime {
  const full = format.replace("%T", "%H:%M:%S").replace("%F", "%Y-%m-%d").replace("%D", "%m/%d/%y").replace("%R", "%H:%M");
  const letters: string[] = [];
  const pattern = full
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\s+/g, "\\s+")
    .replace(/%(.)/g, (_, letter: string) => {
      if (letter === "%") return "%";
      if (patterns[letter] === undefined) throw new Problem(`'${letter}' is a bad directive in format '${format}'`);
      letters.push(letter);
      return `(${patterns[letter]})`;
    });
  const match = new RegExp(`^${pattern}$`, "i").exec(value);
  if (match === null) throw new Problem(`time data '${value}' does not match format '${format}'`);
  const fields = new Map(letters.map((letter, index) => [letter, match[index + 1]!]));
  const number = (letter: string, fallback: number): number => (fields.has(letter) ? Number(fields.get(letter)) : fallback);
  const monthName = (fields.get("B") ?? fields.get("b"))?.toLowerCase();
  const month = monthName === undefined ? number("m", 1) : months.findIndex((name) => name.toLowerCase().startsWith(monthName.slice(0, 3))) + 1;
  const short = number("y", 0);
  const year = fields.has("y") ? short + (short < 69 ? 2000 : 1900) : number("Y", 1900);
  const half = fields.get("p")?.toLowerCase();
  const hour = fields.has("I") ? (number("I", 0) % 12) + (half === "pm" ? 12 : 0) : number("H", 0);
  const day = fields.has("j") ? number("j", 1) : number("d", number("e", 1));
  const micro = fields.has("f") ? Number(fields.get("f")!.padEnd(6, "0")) : 0;
  const utc = new Date(0);
  utc.setUTCFullYear(year, fields.has("j") ? 0 : month - 1, day);
  if (!fields.has("j") && utc.getUTCMonth() !== month - 1) throw new Problem(`day is out of range for month in '${value}'`);
  utc.setUTCHours(hour, number("M", 0), number("S", 0), Math.floor(micro / 1000));
  const zone = fields.get("z");
  const offset =
    zone === undefined ? undefined : /^z$/i.test(zone) ? 0 : (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return new DateTime(utc.getTime(), micro % 1000, offset);
}
