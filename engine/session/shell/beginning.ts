import type { Failure } from "../../source/failure.ts";
import { becomeProblem, lacksPromptFlag } from "../become.ts";
import type { ChannelEnd } from "../channel.ts";
import { trouble } from "../trouble.ts";
import type { ShellParts } from "./job.ts";
import { startFailure } from "./start-failure.ts";

const NOISE_LIMIT = 8_192;

type Parts = Pick<ShellParts, "host" | "launch" | "startTimeout">;

/** A sh from its start to its first answer: what is said meanwhile, and how long that may take. */
export class Beginning {
  readonly #parts: Parts;
  readonly #fail: (reason: unknown) => void;
  #noise = "";
  #timer: NodeJS.Timeout | undefined;
  /** Called when the sh has answered for the first time. */
  whenReady: (() => void) | undefined;
  isReady = false;
  tellPid: (pid: string | undefined) => void = () => undefined;
  readonly pid = new Promise<string | undefined>((resolve) => (this.tellPid = resolve));

  /** @param fail gives the sh up */
  constructor(parts: Parts, fail: (reason: unknown) => void) {
    this.#parts = parts;
    this.#fail = fail;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#fail(this.failure()), this.#parts.startTimeout);
  }

  ready(): void {
    if (this.isReady) return;
    this.isReady = true;
    clearTimeout(this.#timer);
    this.whenReady?.();
  }

  /** The sh is gone, or was never there. */
  over(): void {
    this.tellPid(undefined);
    clearTimeout(this.#timer);
  }

  /** Whatever comes before the sh answers: start-up files, sudo's words. */
  hear(chunk: Buffer): void {
    if (this.isReady) return;
    const { host, launch } = this.#parts;
    this.#noise = (this.#noise + chunk.toString("latin1")).slice(-NOISE_LIMIT);
    if (launch.become === undefined || this.lacksPromptFlag()) return;
    const problem = becomeProblem(launch, this.#noise);
    if (problem !== undefined) this.#fail(trouble(host, "become-failed", problem.message, { hint: problem.hint }));
  }

  /** An old sudo-rs knows no -p. */
  lacksPromptFlag(): boolean {
    return lacksPromptFlag(this.#parts.launch, this.#noise);
  }

  /** Why no sh answered; `end` when the process has ended. */
  failure(end?: ChannelEnd): Failure {
    return startFailure(this.#parts.host, this.#parts.launch, this.#noise, end, this.#parts.startTimeout);
  }
}
