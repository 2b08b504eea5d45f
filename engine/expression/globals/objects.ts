import { Problem } from "../problem.ts";
import { repr, text } from "../python/text.ts";
import { PyObject } from "../python/types.ts";

/** What `namespace()` makes: the only thing that `{% set a.b = %}` can write to. */
export class Namespace extends PyObject {
  readonly typeName = "Namespace";
  readonly #values = new Map<string, unknown>();

  constructor(values: Readonly<Record<string, unknown>>) {
    super();
    for (const [name, value] of Object.entries(values)) this.#values.set(name, value);
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  override attribute(name: string): unknown {
    return this.#values.get(name);
  }

  override text(): string {
    return `<Namespace ${repr(Object.fromEntries(this.#values))}>`;
  }
}

/** What `cycler()` makes. */
export class Cycler extends PyObject {
  readonly typeName = "Cycler";
  readonly #items: readonly unknown[];
  #at = 0;

  constructor(items: readonly unknown[]) {
    super();
    if (items.length === 0) throw new Problem("at least one item has to be provided");
    this.#items = items;
  }

  override attribute(name: string): unknown {
    switch (name) {
      case "current":
        return this.#items[this.#at];
      case "next":
        return (): unknown => {
          const item = this.#items[this.#at];
          this.#at = (this.#at + 1) % this.#items.length;
          return item;
        };
      case "reset":
        return (): null => {
          this.#at = 0;
          return null;
        };
    }
    return undefined;
  }

  override text(): string {
    return "<Cycler>";
  }
}

/** What `joiner()` makes: nothing at its first call, the separator afterwards. */
export class Joiner extends PyObject {
  readonly typeName = "Joiner";
  readonly #separator: unknown;
  #isUsed = false;

  constructor(separator: unknown) {
    super();
    this.#separator = separator;
  }

  override attribute(): undefined {
    return undefined;
  }

  override call(): unknown {
    if (this.#isUsed) return this.#separator;
    this.#isUsed = true;
    return "";
  }

  override text(): string {
    return text(this.#separator);
  }
}
