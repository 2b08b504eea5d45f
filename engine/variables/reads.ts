/** Names whose values stand on other hosts or on the course of the play: any change anywhere may change them. */
const SHARED: ReadonlySet<string> = new Set([
  "hostvars",
  "vars",
  "groups",
  "group_names",
  "play_hosts",
  "ansible_play_hosts",
  "ansible_play_hosts_all",
  "ansible_play_batch",
  "role_names",
  "ansible_role_names",
  "ansible_play_role_names",
  "ansible_dependent_role_names",
]);

/** When what a host knows has changed: a clock that ticks with every change of a run. */
export class Changes {
  #now = 0;
  readonly #hosts = new Map<string, { all: number; readonly names: Map<string, number> }>();

  /** @param names what has got another value; undefined when it may be anything */
  changed(host: string, names: Iterable<string> | undefined): void {
    this.#now += 1;
    const stamps = this.#hosts.get(host) ?? { all: 0, names: new Map<string, number>() };
    this.#hosts.set(host, stamps);
    if (names === undefined) stamps.all = this.#now;
    else for (const name of names) stamps.names.set(name, this.#now);
  }

  /** Something that is no host's own has changed. */
  disturbed(): void {
    this.#now += 1;
  }

  get now(): number {
    return this.#now;
  }

  /** Whether one of the names may have another value since then. */
  since(then: number, host: string, names: ReadonlySet<string>): boolean {
    if (then === this.#now) return false;
    const stamps = this.#hosts.get(host);
    if (stamps !== undefined && stamps.all > then) return true;
    for (const name of names) {
      if (SHARED.has(name)) return true;
      const stamp = stamps?.names.get(name);
      if (stamp !== undefined && stamp > then) return true;
    }
    return false;
  }
}

/** The names of variables that something was made from. It holds until one of them changes. */
export class Reads {
  readonly #names = new Set<string>();
  readonly #then: number;
  readonly #holds: (then: number, names: ReadonlySet<string>) => boolean;

  constructor(then: number, holds: (then: number, names: ReadonlySet<string>) => boolean) {
    this.#then = then;
    this.#holds = holds;
  }

  readonly note = (name: string): void => void this.#names.add(name);

  /** It also stands on variables of another host. */
  noteOthers(): void {
    this.#names.add("hostvars");
  }

  hasAny(names: ReadonlySet<string>): boolean {
    for (const name of names) if (this.#names.has(name)) return true;
    return false;
  }

  get hold(): boolean {
    return this.#holds(this.#then, this.#names);
  }
}
