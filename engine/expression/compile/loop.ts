import { equals } from "../python/compare.ts";
import { Missing, PyObject, typeError } from "../python/types.ts";

/** The variable `loop` of a for statement. */
export class Loop extends PyObject {
  readonly typeName = "LoopContext";
  readonly #items: readonly unknown[];
  readonly #depth0: number;
  readonly #recurse: ((items: unknown) => unknown) | undefined;
  #index0 = -1;
  #last: readonly unknown[] | undefined;

  constructor(items: readonly unknown[], depth0: number, recurse: ((items: unknown) => unknown) | undefined) {
    super();
    this.#items = items;
    this.#depth0 = depth0;
    this.#recurse = recurse;
  }

  next(): void {
    this.#index0 += 1;
  }

  override attribute(name: string): unknown {
    const at = this.#index0;
    const size = this.#items.length;
    switch (name) {
      case "index":
        return at + 1;
      case "index0":
        return at;
      case "revindex":
        return size - at;
      case "revindex0":
        return size - at - 1;
      case "first":
        return at === 0;
      case "last":
        return at === size - 1;
      case "length":
        return size;
      case "depth":
        return this.#depth0 + 1;
      case "depth0":
        return this.#depth0;
      case "previtem":
        return at > 0 ? this.#items[at - 1] : new Missing("there is no previous item", undefined);
      case "nextitem":
        return at < size - 1 ? this.#items[at + 1] : new Missing("there is no next item", undefined);
      case "cycle":
        return (args: readonly unknown[]): unknown => {
          if (args.length === 0) throw typeError("no items for cycling given");
          return args[at % args.length];
        };
      case "changed":
        return (args: readonly unknown[]): boolean => {
          const changed = this.#last === undefined || !equals(this.#last, args);
          this.#last = args;
          return changed;
        };
    }
    return undefined;
  }

  override call(args: readonly unknown[]): unknown {
    if (this.#recurse === undefined) throw typeError("the loop must have the 'recursive' marker to be called recursively");
    return this.#recurse(args[0]);
  }

  override text(): string {
    return `<LoopContext ${this.#index0 + 1}/${this.#items.length}>`;
  }
}
