import { type Body, commandsOf, frameText, keepText } from "../frame.ts";
import type { Frame } from "./expected.ts";

/** What the held sh itself does, with no answer. */
interface Command {
  readonly command: string;
}

/** From this length on the sh keeps a text for later frames, up to so many. Characters, texts. */
const KEEP_FROM = 256;
const KEEP_MOST = 200;

/** The greeting's body: in the subshell `$$` is still the held sh. */
export const GREETING = `printf %s "$$"`;

/**
 * What scripts ask again and again and what stays the same, found out once and without a fork, where the kernel tells: the umask, and the ids
 * of whom the sh runs as. Scripts that find no variable ask for themselves.
 */
const FIRST = `{ while read -r tsplay_key tsplay_first tsplay_second _; do
case $tsplay_key in Umask:) tsplay_umask=$tsplay_first ;; Uid:) tsplay_uid=$tsplay_second ;; Gid:) tsplay_gid=$tsplay_second; break ;; esac
done </proc/self/status; } 2>/dev/null
[ -n "\${tsplay_umask-}" ] || tsplay_umask=$(umask)
`;

/** What goes to a sh: frames that are submitted in one turn of the event loop travel together, and long texts travel once. */
export class Outgoing {
  readonly #write: (bytes: Buffer) => void;
  readonly #waiting: (Command | Frame)[] = [{ command: FIRST }];
  /** Texts that the sh keeps, and the functions that hold them: a play sends the same few dozen again and again. */
  readonly #kept = new Map<string, string>();
  #isOpen = false;

  /** @param write called at the end of a turn */
  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  /** The sh is there: what waits for it goes out. */
  open(): void {
    this.#isOpen = true;
    setImmediate(() => this.flush());
  }

  add(frame: Frame): void {
    if (frame.job !== undefined) this.#keep(frame.job.body);
    this.#send(frame);
  }

  flush(): void {
    if (!this.#isOpen || this.#waiting.length === 0) return;
    const outgoing = this.#waiting.splice(0);
    const frames = outgoing.filter((what) => "marks" in what);
    let at = 0;
    const bytes = outgoing.map((what) => {
      if ("command" in what) return Buffer.from(what.command);
      at += 1;
      const { job, marks } = what;
      const commands = job === undefined ? GREETING : commandsOf(job.body, this.#kept.get(job.body.text));
      return frameText(commands, job?.content, marks, { isAnnounced: at > 1, next: frames[at]?.marks });
    });
    this.#write(Buffer.concat(bytes));
  }

  #keep({ text }: Body): void {
    if (text.length < KEEP_FROM || this.#kept.has(text) || this.#kept.size === KEEP_MOST) return;
    const name = `tsplay_text_${this.#kept.size}`;
    this.#kept.set(text, name);
    this.#send({ command: keepText(name, text) });
  }

  #send(what: Command | Frame): void {
    if (this.#waiting.push(what) === 1 && this.#isOpen) setImmediate(() => this.flush());
  }
}
