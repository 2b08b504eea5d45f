import type { Description } from "./describe.ts";
import type { ItemOutcome, Outcome, TaskView } from "./events.ts";

export interface Group extends Description {
  readonly hosts: string[];
}

/** A task under way: its hosts' results, grouped by what there is to say. */
export class OpenTask {
  readonly view: TaskView;
  /** Those that are still at it. */
  readonly hosts = new Set<string>();
  /** How many starts still wait for their end: the free strategy starts a task once a host. */
  pending = 0;
  hasRetried = false;
  isSkipped = true;
  readonly #groups = new Map<string, Group>();
  readonly #items = new Map<string, ItemOutcome[]>();

  constructor(view: TaskView) {
    this.view = view;
  }

  addItem(item: ItemOutcome): void {
    const items = this.#items.get(item.host);
    if (items === undefined) this.#items.set(item.host, [item]);
    else items.push(item);
  }

  /** A host is done with the task. @returns the items of its loop */
  finish({ host, status }: Outcome): readonly ItemOutcome[] {
    const items = this.#items.get(host) ?? [];
    this.#items.delete(host);
    this.hosts.delete(host);
    if (status !== "skipped") this.isSkipped = false;
    return items;
  }

  say(host: string, description: Description): void {
    const key = [description.word, description.suffix, ...description.body].join("\0");
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { ...description, hosts: [host] });
    else group.hosts.push(host);
  }

  /** Loud things last, so that they are near the eye. */
  get groups(): Group[] {
    return [...this.#groups.values()].sort((a, b) => RANK[a.status] - RANK[b.status]);
  }
}

const RANK: Readonly<Record<Outcome["status"], number>> = { skipped: 0, ok: 1, changed: 2, unreachable: 3, failed: 4 };
