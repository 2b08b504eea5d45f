import type { Event } from "../report/events.ts";

const HIDDEN = "the output has been hidden due to the fact that 'no_log: true' was specified for this result";
const ITEM = "(censored due to no_log)";

/** What `no_log` leaves of an event: that it happened, to whom, and how it ended. Undefined when nothing is left to tell. */
export function censored(event: Event): Event | undefined {
  switch (event.type) {
    case "output":
      return event.censored ? undefined : event;
    case "included":
      return event.censored && event.label !== undefined && event.label !== null ? { ...event, label: ITEM } : event;
    case "retry":
      return event.censored ? { ...event, result: hidden(event.result) } : event;
    case "item":
    case "result": {
      if (!event.censored) return event;
      const { failure } = event;
      return {
        ...event,
        ...(event.type === "item" ? { label: "(censored)" } : {}),
        result: hidden(event.result),
        failure: failure === undefined ? undefined : { code: failure.code, message: "the message is hidden by no_log", place: failure.place },
      } as Event;
    }
    default:
      return event;
  }
}

function hidden(result: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { censored: HIDDEN, changed: result["changed"] === true, ...(result["failed"] === true ? { failed: true } : {}) };
}
