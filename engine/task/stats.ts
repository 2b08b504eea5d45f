import type { HostStats } from "../report/events.ts";

type Counter = { -readonly [K in keyof HostStats]: HostStats[K] };

/** Counts for the recap, one line a host. */
export class Stats {
  readonly #hosts = new Map<string, Counter>();

  count(host: string, what: keyof HostStats): void {
    let counter = this.#hosts.get(host);
    if (counter === undefined) {
      counter = { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 };
      this.#hosts.set(host, counter);
    }
    counter[what] += 1;
  }

  all(): Record<string, HostStats> {
    return Object.fromEntries([...this.#hosts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  any(what: keyof HostStats): boolean {
    return [...this.#hosts.values()].some((counter) => counter[what] > 0);
  }
}
