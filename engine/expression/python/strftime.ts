import { Problem } from "../problem.ts";
import { DateTime } from "./dates.ts";

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const pad = (value: number, width = 2, fill = "0"): string => String(value).padStart(width, fill);

/** C's strftime in the C locale. `zone` names the time zone and its offset for %Z and %z. */
export function strftime(format: string, date: DateTime, zone: { name: string; offset: string } = { name: "", offset: "" }): string {
  const f = date.fields;
  const yearStart = Date.UTC(f.getUTCFullYear(), 0, 1);
  const yearDay = Math.floor((Date.UTC(f.getUTCFullYear(), f.getUTCMonth(), f.getUTCDate()) - yearStart) / 86_400_000);
  const weekday = f.getUTCDay();
  const hour12 = f.getUTCHours() % 12 || 12;
  const one = (letter: string): string => {
    switch (letter) {
      case "a":
        return days[weekday]!.slice(0, 3);
      case "A":
        return days[weekday]!;
      case "b":
      case "h":
        return months[f.getUTCMonth()]!.slice(0, 3);
      case "B":
        return months[f.getUTCMonth()]!;
      case "c":
        return strftime("%a %b %e %H:%M:%S %Y", date);
      case "C":
        return pad(Math.floor(f.getUTCFullYear() / 100));
      case "d":
        return pad(f.getUTCDate());
      case "D":
      case "x":
        return strftime("%m/%d/%y", date);
      case "e":
        return pad(f.getUTCDate(), 2, " ");
      case "f":
        return pad(f.getUTCMilliseconds() * 1000 + date.microseconds, 6);
      case "F":
        return strftime("%Y-%m-%d", date);
      case "G":
        return String(isoWeek(f).year);
      case "g":
        return pad(isoWeek(f).year % 100);
      case "H":
        return pad(f.getUTCHours());
      case "I":
        return pad(hour12);
      case "j":
        return pad(yearDay + 1, 3);
      case "k":
        return pad(f.getUTCHours(), 2, " ");
      case "l":
        return pad(hour12, 2, " ");
      case "m":
        return pad(f.getUTCMonth() + 1);
      case "M":
        return pad(f.getUTCMinutes());
      case "n":
        return "\n";
      case "p":
        return f.getUTCHours() < 12 ? "AM" : "PM";
      case "P":
        return f.getUTCHours() < 12 ? "am" : "pm";
      case "r":
        return strftime("%I:%M:%S %p", date);
      case "R":
        return strftime("%H:%M", date);
      case "s":
        return String(Math.floor(date.timestamp));
      case "S":
        return pad(f.getUTCSeconds());
      case "t":
        return "\t";
      case "T":
      case "X":
        return strftime("%H:%M:%S", date);
      case "u":
        return String(weekday || 7);
      case "U":
        return pad(Math.floor((yearDay + 7 - weekday) / 7));
      case "V":
        return pad(isoWeek(f).week);
      case "w":
        return String(weekday);
      case "W":
        return pad(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7));
      case "y":
        return pad(f.getUTCFullYear() % 100);
      case "Y":
        return String(f.getUTCFullYear());
      case "z":
        return zone.offset;
      case "Z":
        return zone.name;
      case "%":
        return "%";
    }
    return `%${letter}`;
  };
  return format.replace(/%([-_0^]?)([a-zA-Z%])/g, (_, flag: string, letter: string) => {
    const value = one(letter);
    if (flag === "-") return value.replace(/^[0 ]+(?=.)/, "");
    if (flag === "_") return value.replace(/^0+(?=.)/, (zeros) => " ".repeat(zeros.length));
    return flag === "^" ? value.toUpperCase() : value;
  });
}

function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 4 - (date.getUTCDay() || 7)));
  const start = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return { year: thursday.getUTCFullYear(), week: Math.ceil(((thursday.getTime() - start) / 86_400_000 + 1) / 7) };
}

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
