/** What can be formatted: the fields as if they were UTC. */
export interface Moment {
  readonly fields: Date;
  readonly microseconds: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
export const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const pad = (value: number, width = 2, fill = "0"): string => String(value).padStart(width, fill);

/** C's strftime in the C locale. `zone` names the time zone and its offset for %Z and %z. */
export function strftime(format: string, date: Moment, zone: { name: string; offset: string } = { name: "", offset: "" }): string {
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
