import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isActive, type PlayContext } from "../task/context.ts";
import type { Text } from "../source/written.ts";

/** `play` -> host -> names of handlers. */
type Kept = Record<string, Record<string, string[]>>;

/**
 * Handlers that were notified and could not run because their host failed later. They are kept in a file of the same command's runs, and
 * the next run of that command notifies them again, so that a failure does not lose them.
 */
export class PendingHandlers {
  readonly #file: string | undefined;
  readonly #kept: Kept;

  constructor(file: string | undefined) {
    this.#file = file;
    this.#kept = file === undefined ? {} : read(file);
  }

  /** Notifies what an earlier run left behind. */
  restore(play: PlayContext): void {
    if (play.run.facts.checkMode) return;
    const kept = this.#kept[keyOf(play)];
    if (kept === undefined) return;
    for (const host of play.hosts.values()) {
      const names = kept[host.name] ?? [];
      for (const name of names) host.notifications.add(name);
      if (names.length > 0)
        play.run.emit({ type: "warning", message: `${host.name}: an earlier run failed before these handlers ran; they run now: ${names.join(", ")}` });
      delete kept[host.name];
    }
  }

  /** Remembers what is still notified at the end of a batch. */
  keep(play: PlayContext): void {
    if (play.run.facts.checkMode) return;
    for (const host of play.hosts.values()) {
      // Handlers that notify each other leave something behind without any failure
      if (isActive(host) && !play.run.signal.aborted) continue;
      const all = [...host.notifications, ...[...host.notified].map(nameOf)];
      const names = new Set(all.filter((name) => !play.run.secrets.isIn(name)));
      // a masked name would find no handler: what cannot be written down is told
      for (const name of all)
        if (!names.has(name))
          play.run.emit({ type: "warning", message: `${host.name}: this handler has not run, and is not remembered since its name holds a secret: ${name}` });
      if (names.size > 0) (this.#kept[keyOf(play)] ??= {})[host.name] = [...names];
    }
  }

  /** Writes the file, or removes it when nothing is pending. */
  save(): void {
    if (this.#file === undefined) return;
    const kept = Object.fromEntries(Object.entries(this.#kept).filter(([, hosts]) => Object.keys(hosts).length > 0));
    if (Object.keys(kept).length === 0) return rmSync(this.#file, { force: true });
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(this.#file, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  }
}

function keyOf(play: PlayContext): string {
  return `${play.play.place.file} ${String(play.play.name ?? play.play.hosts)}`;
}

function nameOf(handler: { readonly name?: Text | undefined; readonly role?: { readonly name: string } | undefined }): string {
  return handler.role === undefined ? String(handler.name ?? "") : `${handler.role.name} : ${String(handler.name ?? "")}`;
}

function read(file: string): Kept {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Kept;
  } catch {
    // None pending, or a file that a killed run left half-written: nothing to repeat
    return {};
  }
}
