/**
 * Which changes of hosts are under way, and how many there have been. One for a run: the linear strategy promises that what a task changed on
 * any host is seen by the next task on every host (two names of one machine, a shared folder, a delegated task), also by what was asked ahead.
 */
export class Turns {
  /** False for the free strategy, which promises nothing of the kind. */
  isLinear = true;
  #turn = 0;
  #begun = 0;
  #onController = 0;
  readonly #running = new Map<object, number>();

  #planned = 0;
  #plannedBefore = 0;
  #calm = 16;

  /** The next task begins. */
  next(): void {
    this.#turn += 1;
    if (this.#planned === this.#plannedBefore) this.#calm += 1;
    else this.#calm >>= 3;
    this.#plannedBefore = this.#planned;
  }

  /** Tasks in a row in which no host was found to be other than it should be, an eighth of it left by each in which one was. */
  get calm(): number {
    return this.#calm;
  }

  get turn(): number {
    return this.#turn;
  }

  /** How many changes have begun so far. */
  get begun(): number {
    return this.#begun;
  }

  /** How often files of the controller may have changed. */
  get onController(): number {
    return this.#onController;
  }

  controllerChanges(): void {
    this.#onController += 1;
  }

  /** @param isPlanned something was found to be other than it should be */
  begins(who: object, isPlanned: boolean): void {
    this.#begun += 1;
    if (isPlanned) this.#planned += 1;
    this.#running.set(who, (this.#running.get(who) ?? 0) + 1);
  }

  ends(who: object): void {
    const left = (this.#running.get(who) ?? 1) - 1;
    if (left > 0) this.#running.set(who, left);
    else this.#running.delete(who);
  }

  /** What was waited for may have come, anywhere. */
  timePassed(): void {
    this.#begun += 1;
  }

  isRunningBesides(who: object): boolean {
    return this.#running.size > (this.#running.has(who) ? 1 : 0);
  }
}
