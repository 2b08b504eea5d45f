import type { Emit, Event, Show, Shown } from "../report/events.ts";
import { censored } from "./censor.ts";
import { maskEvent } from "./mask-event.ts";
import { Secrets } from "./secrets.ts";

/** The one way out of a run. Whatever leaves it, as an event or as a text for a screen or a file, passes here and is masked. */
export interface Gate {
  readonly secrets: Secrets;
  /** Takes an event as it is, and shows what may be shown of it. */
  readonly emit: Emit;
  /** A text that leaves otherwise: a prompt, an error on the way out. */
  text(text: string): string;
}

type Output = Extract<Event, { type: "output" }>;

/**
 * A gate in front of reporters.
 * @param show gets each event, censored (`no_log`) and masked; nothing else can make what it takes
 */
export function createGate(show: Show, secrets = new Secrets()): Gate {
  // What may be the beginning of a secret waits for more of it, by host, task and stream
  const held = new Map<string, Output>();
  const pass = (event: Event): void => show(maskEvent(event, secrets) as Shown<Event>);

  const release = (isDone: (output: Output) => boolean): void => {
    for (const [key, output] of held) {
      if (!isDone(output)) continue;
      held.delete(key);
      pass(output);
    }
  };

  const passOutput = (output: Output): void => {
    const key = `${output.task.id}\0${output.host}\0${output.stream}`;
    const before = held.get(key);
    if (before === undefined && secrets.isEmpty) return pass(output);
    held.delete(key);
    const text = (before?.text ?? "") + output.text;
    const { shown, held: rest } = secrets.maskSoFar(text);
    if (rest !== "") held.set(key, { ...output, text: rest });
    if (shown !== "") pass({ ...output, text: shown });
  };

  return {
    secrets,
    emit(given) {
      const event = censored(given);
      if (event === undefined) return;
      if (event.type === "output") return passOutput(event);
      if (held.size > 0) {
        if (event.type === "item" || event.type === "result" || event.type === "retry")
          release((output) => output.host === event.host && output.task.id === event.task.id);
        else if (event.type === "run-end") release(() => true);
      }
      pass(event);
    },
    text: (text) => secrets.mask(text),
  };
}
