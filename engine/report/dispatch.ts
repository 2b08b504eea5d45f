import type { Event } from "./events.ts";

/** What a reporter does about each kind of event; nothing about those that it does not name. */
export type Handlers = { readonly [T in Event["type"]]?: (event: Extract<Event, { type: T }>) => void };

export function dispatch(handlers: Handlers, event: Event): void {
  (handlers[event.type] as ((event: Event) => void) | undefined)?.(event);
}
