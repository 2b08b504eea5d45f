import type { Float } from "../values.ts";
import { isFloat, numberOf } from "./types.ts";
import type { Method } from "./methods.ts";

type Numeric = number | boolean | Float;

export const numberMethods: ReadonlyMap<string, Method<Numeric>> = new Map<string, Method<Numeric>>([
  ["is_integer", (self) => Number.isInteger(numberOf(self))],
  ["bit_length", (self) => (isFloat(self) ? null : Math.abs(numberOf(self)).toString(2).replace(/^0$/, "").length)],
  ["conjugate", (self) => self],
]);
