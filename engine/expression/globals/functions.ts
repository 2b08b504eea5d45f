import { Problem } from "../problem.ts";
import { Undefined } from "../values.ts";
import { asInteger, bindArguments } from "../python/arguments.ts";
import { toDict } from "../python/dict-methods.ts";
import { DateTime } from "../python/dates.ts";
import { strftime } from "../python/strftime.ts";
import { text } from "../python/text.ts";
import { Missing, type PyFunction } from "../python/types.ts";
import { tolerating } from "../compile/expression.ts";
import type { Call } from "../plugin.ts";
import { lookup, query } from "../lookups/invoke.ts";
import { Cycler, Joiner, Namespace } from "./objects.ts";

type Global = (call: Call) => PyFunction;

const named =
  (name: string, parameters: Parameters<typeof bindArguments>[1], run: (...values: unknown[]) => unknown): Global =>
  () =>
  (args, keywords) =>
    run(...bindArguments(name, parameters, args, keywords));

const MAX_RANGE = 10_000_000;

function range(args: readonly unknown[]): number[] {
  const [first = 0, second, third = 1] = args.map((value) => asInteger(value, "range()"));
  const [start, stop, step] = second === undefined ? [0, first, 1] : [first, second, third];
  if (step === 0) throw new Problem("range() arg 3 must not be zero");
  const size = Math.max(0, Math.ceil((stop - start) / step));
  if (size > MAX_RANGE) throw new Problem(`a range of ${size} numbers is too large`);
  return Array.from({ length: size }, (_, index) => start + index * step);
}

const words =
  "a ac accumsan ad adipiscing aenean aliquam aliquet amet ante aptent arcu at auctor augue bibendum blandit class commodo condimentum congue consectetuer consequat conubia convallis cras cubilia cum curabitur curae cursus dapibus diam dictum dictumst dignissim dis dolor donec dui duis egestas eget eleifend elementum elit enim erat eros est et etiam eu euismod facilisi facilisis fames faucibus felis fermentum feugiat fringilla fusce gravida habitant habitasse hac hendrerit".split(
    " ",
  );

function lipsum(n: unknown, html: unknown, least: unknown, most: unknown): string {
  const paragraphs = Array.from({ length: asInteger(n) }, () => {
    const size = asInteger(least) + Math.floor(Math.random() * Math.max(1, asInteger(most) - asInteger(least)));
    const sentence = Array.from({ length: size }, () => words[Math.floor(Math.random() * words.length)]).join(" ");
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
  });
  return html === true ? paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join("\n") : paragraphs.join("\n\n");
}

const undef: PyFunction = tolerating((args, keywords) => {
  const hint: unknown = args[0] ?? keywords["hint"] ?? null;
  return hint instanceof Undefined ? hint : new Missing(hint === null ? "Mandatory variable has not been overridden" : text(hint), undefined);
});

/** Functions that every expression can call; variables of the same name come first. */
export const globalFunctions: ReadonlyMap<string, Global> = new Map<string, Global>([
  ["lookup", (call) => tolerating((args, keywords) => lookup(call, args, keywords))],
  ["query", (call) => tolerating((args, keywords) => query(call, args, keywords))],
  ["q", (call) => tolerating((args, keywords) => query(call, args, keywords))],
  [
    "now",
    named(
      "now",
      [
        ["utc", false],
        ["fmt", ""],
      ],
      (utc, format) => {
        const now = DateTime.now(utc === true);
        return format === "" || format === null ? now : strftime(text(format), now);
      },
    ),
  ],
  ["undef", () => undef],
  ["range", () => (args) => range(args)],
  ["dict", () => (args, keywords) => ({ ...(args.length > 0 ? toDict(args[0]) : {}), ...keywords })],
  ["namespace", () => (args, keywords) => new Namespace({ ...(args.length > 0 ? toDict(args[0]) : {}), ...keywords })],
  ["cycler", () => (args) => new Cycler(args)],
  ["joiner", named("joiner", [["sep", ", "]], (separator) => new Joiner(separator))],
  [
    "lipsum",
    named(
      "lipsum",
      [
        ["n", 5],
        ["html", true],
        ["min", 20],
        ["max", 100],
      ],
      lipsum,
    ),
  ],
]);
