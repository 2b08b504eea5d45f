import { ModuleError } from "../contract.ts";

/** Text form of permission bits, as in Ansible's results: `0644`. */
export function modeText(mode: number): string {
  return `0${mode.toString(8).padStart(3, "0")}`;
}

const clause = /^([ugoa]*)((?:[-+=][rwxXst]*[ugo]?)+)$/;
const operation = /([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)/g;

/**
 * The permission bits that a wanted mode means for a thing.
 * @param wanted octal (`0644`) or symbolic (`u+rwX,go=`)
 * @param current the thing's bits now
 * @param umask used for clauses without a class (`+x`)
 * @throws ModuleError when `wanted` is neither
 */
export function resolveMode(wanted: string, current: number, isDirectory: boolean, umask: number): number {
  if (/^[0-7]+$/.test(wanted)) {
    const mode = Number.parseInt(wanted, 8);
    if (mode > 0o7777) throw new ModuleError("Invalid mode supplied, only permission info is allowed", { details: mode });
    return mode;
  }
  let mode = current;
  for (const part of wanted.split(",")) {
    const match = clause.exec(part);
    if (match === null) throw new ModuleError("mode must be in octal or symbolic form", { details: `bad symbolic permission for mode: ${part}` });
    const classes = match[1] === "" || match[1]!.includes("a") ? "ugo" : match[1]!;
    for (const [, operator, permissions] of match[2]!.matchAll(operation)) {
      for (const one of classes) mode = applyOne(mode, operator!, one, bitsOf(permissions!, one, mode, isDirectory, match[1] === "" ? umask : 0));
    }
  }
  return mode;
}

const shift: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };
const special: Readonly<Record<string, readonly [string, number]>> = { u: ["s", 0o4000], g: ["s", 0o2000], o: ["t", 0o1000] };

function bitsOf(permissions: string, one: string, mode: number, isDirectory: boolean, umask: number): number {
  let bits = 0;
  for (const letter of permissions) {
    if (letter === "r") bits |= 4;
    else if (letter === "w") bits |= 2;
    else if (letter === "x") bits |= 1;
    else if (letter in shift) bits |= (mode >> shift[letter]!) & 7;
  }
  bits = (bits << shift[one]!) & ~umask;
  // the umask does not hold for X in Ansible
  if (permissions.includes("X") && (isDirectory || (mode & 0o111) !== 0)) bits |= 1 << shift[one]!;
  return permissions.includes(special[one]![0]) ? bits | special[one]![1] : bits;
}

function applyOne(mode: number, operator: string, one: string, bits: number): number {
  if (operator === "+") return mode | bits;
  if (operator === "-") return mode & ~bits;
  return (mode & ~((7 << shift[one]!) | special[one]![1])) | bits;
}
