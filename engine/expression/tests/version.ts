import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { compareText, truthy } from "../python/compare.ts";

type Part = number | string;
type Order = (a: string, b: string) => number;

function compareParts(a: readonly Part[], b: readonly Part[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [x, y] = [a[index]!, b[index]!];
    if (typeof x === "number" && typeof y === "number") {
      if (x !== y) return x - y;
    } else if (typeof x === "string" && typeof y === "string") {
      if (x !== y) return compareText(x, y);
    } else {
      throw new Problem(
        `Version comparison failed: '<' not supported between instances of '${typeof x === "number" ? "int" : "str"}' and '${typeof y === "number" ? "int" : "str"}'`,
      );
    }
  }
  return a.length - b.length;
}

const loose: Order = (a, b) => compareParts(looseParts(a), looseParts(b));

function looseParts(version: string): Part[] {
  return version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== "" && part !== ".")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

const strict: Order = (a, b) => {
  const read = (version: string): { numbers: number[]; pre: Part[] | undefined } => {
    const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version);
    if (match === null) throw new Problem(`Version comparison failed: invalid version number '${version}'`);
    return { numbers: [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)], pre: match[4] === undefined ? undefined : [match[4], Number(match[5])] };
  };
  const [x, y] = [read(a), read(b)];
  const order = compareParts(x.numbers, y.numbers);
  if (order !== 0) return order;
  if (x.pre === undefined || y.pre === undefined) return Number(x.pre === undefined) - Number(y.pre === undefined);
  return compareParts(x.pre, y.pre);
};

const semantic: Order = (a, b) => {
  const read = (version: string): { numbers: number[]; pre: string[] } => {
    const match = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([\da-zA-Z.-]+))?(?:\+[\da-zA-Z.-]+)?$/.exec(version);
    if (match === null) throw new Problem(`Version comparison failed: invalid semantic version '${version}'`);
    return { numbers: match.slice(1, 4).map(Number), pre: match[4]?.split(".") ?? [] };
  };
  const [x, y] = [read(a), read(b)];
  const order = compareParts(x.numbers, y.numbers);
  if (order !== 0) return order;
  if (x.pre.length === 0 || y.pre.length === 0) return Number(x.pre.length === 0) - Number(y.pre.length === 0);
  for (let index = 0; index < Math.min(x.pre.length, y.pre.length); index += 1) {
    const [p, q] = [x.pre[index]!, y.pre[index]!];
    if (p === q) continue;
    const [pIsNumber, qIsNumber] = [/^\d+$/.test(p), /^\d+$/.test(q)];
    if (pIsNumber !== qIsNumber) return pIsNumber ? -1 : 1;
    return pIsNumber ? Number(p) - Number(q) : compareText(p, q);
  }
  return x.pre.length - y.pre.length;
};

const pep440Pattern =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/i;

const pep440: Order = (a, b) => compareNumbers(pep440Key(a), pep440Key(b));

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A fixed-width key: epoch, twelve release numbers, phase, post, dev, local. */
function pep440Key(version: string): number[] {
  const match = pep440Pattern.exec(version);
  if (match === null) throw new Problem(`Version comparison failed: Invalid version: '${version}'`);
  const [, epoch, release = "", phase, phaseNumber, implicitPost, post, postNumber, dev, devNumber, local] = match;
  const numbers = release.split(".").map(Number);
  const phases: Readonly<Record<string, number>> = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 };
  const isFinal = phase === undefined;
  const hasPost = implicitPost !== undefined || post !== undefined;
  return [
    Number(epoch ?? 0),
    ...Array.from({ length: 12 }, (_, index) => numbers[index] ?? 0),
    isFinal ? (dev !== undefined && !hasPost ? 0 : 4) : phases[phase.toLowerCase()]!,
    Number(phaseNumber ?? 0),
    hasPost ? 1 + Number(implicitPost ?? postNumber ?? 0) : 0,
    dev === undefined ? Number.MAX_SAFE_INTEGER : Number(devNumber ?? 0),
    ...(local === undefined ? [0] : [1, ...local.split(/[-_.]/).map((part) => (/^\d+$/.test(part) ? 1e6 + Number(part) : part.charCodeAt(0)))]),
  ];
}

const orders: Readonly<Record<string, Order>> = { loose, strict, semver: semantic, semantic, pep440 };

const operators: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  "==": (order) => order === 0,
  "=": (order) => order === 0,
  ne: (order) => order !== 0,
  "!=": (order) => order !== 0,
  "<>": (order) => order !== 0,
  lt: (order) => order < 0,
  "<": (order) => order < 0,
  le: (order) => order <= 0,
  "<=": (order) => order <= 0,
  gt: (order) => order > 0,
  ">": (order) => order > 0,
  ge: (order) => order >= 0,
  ">=": (order) => order >= 0,
};

const version = plugin(["value", "version", ["operator", "eq"], ["strict", null], ["version_type", null]], (_, value, other, operator, isStrict, type) => {
  if (isStrict !== null && type !== null) throw new Problem("Cannot specify both 'strict' and 'version_type'");
  if (!truthy(value)) throw new Problem("Input version value cannot be empty");
  if (!truthy(other)) throw new Problem("Version parameter to compare against cannot be empty");
  const kind = truthy(isStrict) ? "strict" : type === null ? "loose" : anyText(type);
  const order = orders[kind];
  if (order === undefined) throw new Problem(`Invalid version type (${kind}).`, "expression-type", `it is one of ${Object.keys(orders).join(", ")}`);
  const holds = operators[anyText(operator)];
  if (holds === undefined)
    throw new Problem(`Invalid operator type (${anyText(operator)}).`, "expression-type", `it is one of ${Object.keys(operators).join(", ")}`);
  return holds(order(anyText(value), anyText(other)));
});

export const versionTests: Plugins = { version, version_compare: version };
