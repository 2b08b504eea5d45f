import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { DateTime } from "../python/dates.ts";
import { strftime } from "../python/strftime.ts";
import { strptime } from "../python/strptime.ts";
import { isNumeric, numberOf, plain } from "../python/types.ts";
import { toFloat } from "./numbers.ts";

function localZone(milliseconds: number): { name: string; offset: string } {
  const date = new Date(milliseconds);
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? "-" : "+";
  const size = Math.abs(minutes);
  const name = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" }).formatToParts(date).find((part) => part.type === "timeZoneName")?.value ?? "";
  return { name, offset: `${sign}${String(Math.floor(size / 60)).padStart(2, "0")}${String(size % 60).padStart(2, "0")}` };
}

export const dateFilters: Plugins = {
  strftime: plugin(["string_format", ["second", null], ["utc", false]], (_, format, second, utc) => {
    const given = plain(second);
    const seconds = given === null ? Date.now() / 1000 : isNumeric(given) ? numberOf(given) : toFloat(anyText(given));
    if (seconds === undefined) throw new Problem(`Invalid value for epoch value (${anyText(second)})`);
    const milliseconds = Math.floor(seconds) * 1000;
    if (truthy(utc)) return strftime(anyText(format), new DateTime(milliseconds), { name: "UTC", offset: "+0000" });
    return strftime(anyText(format), DateTime.local(milliseconds), localZone(milliseconds));
  }),
  to_datetime: plugin(["string", ["format", "%Y-%m-%d %H:%M:%S"]], (_, value, format) => strptime(anyText(value), anyText(format))),
};
