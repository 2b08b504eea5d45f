import { Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";

/** The result of looking up what is not there. Using it for anything but `is defined`, `default` and the like is an error. */
export class Undefined {
  constructor(
    /** What was missing, for example `'dict object' has no attribute 'x'`. */
    readonly message: string,
    readonly place?: Place,
    /** "did you mean" and the like. */
    readonly hint?: string,
  ) {}
}

/**
 * A float whose value is whole. JavaScript cannot tell 8.0 from 8, but users write `php_version: 8.0` and mean "8.0" in text.
 * Floats with a fraction are plain numbers.
 */
export class Float {
  constructor(readonly value: number) {}
  valueOf(): number {
    return this.value;
  }
  toString(): string {
    return Math.abs(this.value) >= 1e16 ? String(this.value) : this.value.toFixed(1);
  }
  toJSON(): number {
    return this.value;
  }
}

/** A scalar tagged `!vault`; decrypted when it is first used. What it holds is data: never a template. */
export class Vaulted {
  #plain: string | undefined;
  constructor(
    readonly ciphertext: string,
    readonly decrypt: (ciphertext: string) => string,
    readonly place?: Place,
  ) {}
  /** @throws Failure when no given secret opens it */
  reveal(): string {
    try {
      this.#plain ??= this.decrypt(this.ciphertext);
      return this.#plain;
    } catch (error) {
      throw error instanceof Failure ? error.at(this.place) : error;
    }
  }
}

/** The value of the variable `omit`: an argument that has it counts as not given. */
export const omit: unique symbol = Symbol("omit");
