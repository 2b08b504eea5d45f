import { createHash } from "node:crypto";
import { Problem } from "../problem.ts";
import { Float } from "../values.ts";

/** Python's random.Random: the same seed gives the same numbers, so that `random(seed=inventory_hostname)` keeps its cron minutes. */
export class PythonRandom {
  readonly #state = new Uint32Array(624);
  #index = 624;

  constructor(seed: unknown) {
    this.#seed(seedNumber(seed));
  }

  #seed(seed: bigint): void {
    const key: number[] = [];
    for (let rest = seed; rest > 0n; rest >>= 32n) key.push(Number(rest & 0xffffffffn));
    if (key.length === 0) key.push(0);
    const mt = this.#state;
    mt[0] = 19650218;
    for (let i = 1; i < 624; i += 1) mt[i] = Math.imul(1812433253, mt[i - 1]! ^ (mt[i - 1]! >>> 30)) + i;
    let i = 1;
    let j = 0;
    for (let k = Math.max(624, key.length); k > 0; k -= 1) {
      mt[i] = (mt[i]! ^ Math.imul(mt[i - 1]! ^ (mt[i - 1]! >>> 30), 1664525)) + key[j]! + j;
      i += 1;
      j = (j + 1) % key.length;
      if (i >= 624) {
        mt[0] = mt[623]!;
        i = 1;
      }
    }
    for (let k = 623; k > 0; k -= 1) {
      mt[i] = (mt[i]! ^ Math.imul(mt[i - 1]! ^ (mt[i - 1]! >>> 30), 1566083941)) - i;
      i += 1;
      if (i >= 624) {
        mt[0] = mt[623]!;
        i = 1;
      }
    }
    mt[0] = 0x80000000;
  }

  #next(): number {
    const mt = this.#state;
    if (this.#index >= 624) {
      for (let k = 0; k < 624; k += 1) {
        const y = (mt[k]! & 0x80000000) | (mt[(k + 1) % 624]! & 0x7fffffff);
        mt[k] = mt[(k + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.#index = 0;
    }
    let y = mt[this.#index]!;
    this.#index += 1;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** A number from 0 to `limit` - 1; `limit` at most 2^32. */
  below(limit: number): number {
    if (limit <= 0 || limit > 2 ** 32) throw new Problem(`cannot choose among ${limit}`);
    const bits = limit.toString(2).length;
    // like getrandbits(k): the upper bits of one word (two for 2^32 itself, which needs 33)
    let value: number;
    do value = bits > 32 ? this.#next() + (this.#next() >>> 31) * 2 ** 32 : this.#next() >>> (32 - bits);
    while (value >= limit);
    return value;
  }
}

function seedNumber(seed: unknown): bigint {
  if (typeof seed === "string") {
    const bytes = Buffer.from(seed);
    return BigInt(`0x${Buffer.concat([bytes, createHash("sha512").update(bytes).digest()]).toString("hex")}`);
  }
  if (typeof seed === "boolean") return BigInt(seed);
  if (typeof seed === "number" && Number.isInteger(seed)) return BigInt(Math.abs(seed));
  if (seed instanceof Float) return BigInt(Math.abs(seed.value));
  throw new Problem("a seed must be text or a whole number", "expression-type");
}
