import { Failure } from "../source/failure.ts";

/** `order:` of a play. @throws Failure `wrong-type` */
export function inOrder(hosts: readonly string[], order: string | undefined): string[] {
  switch (order) {
    case undefined:
    case "inventory":
      return [...hosts];
    case "sorted":
      return [...hosts].sort();
    case "reverse_sorted":
      return [...hosts].sort().reverse();
    case "reverse_inventory":
      return [...hosts].reverse();
    case "shuffle":
      return shuffled(hosts);
    default:
      throw new Failure(`order is inventory, sorted, reverse_sorted, reverse_inventory or shuffle, not "${order}"`, { code: "wrong-type", fault: "playbook" });
  }
}

function shuffled(hosts: readonly string[]): string[] {
  const list = [...hosts];
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [list[index], list[other]] = [list[other]!, list[index]!];
  }
  return list;
}

/**
 * `serial:` a number, a percentage, or a list of them of which the last repeats.
 * @throws Failure `wrong-type`
 */
export function batchesOf(serial: unknown, hosts: readonly string[]): string[][] {
  const sizes = (Array.isArray(serial) ? serial : [serial]).map((entry) => sizeOf(entry, hosts.length));
  const batches: string[][] = [];
  let rest = [...hosts];
  for (let index = 0; rest.length > 0; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)]!;
    batches.push(size <= 0 ? rest : rest.slice(0, size));
    rest = size <= 0 ? [] : rest.slice(size);
  }
  return batches;
}

function sizeOf(entry: unknown, total: number): number {
  if (entry === undefined || entry === null || entry === "") return 0;
  const text = String(entry).trim();
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent !== null) return Math.max(1, Math.floor((Number(percent[1]) / 100) * total));
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new Failure(`serial is a number of hosts or a percentage, not "${text}"`, { code: "wrong-type", fault: "playbook" });
}
