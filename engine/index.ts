// The engine as a library: `import { run } from "tsplay"`.
export { hostsOfPlays, prepare, type Prepared, run, runPrepared, type RunResult } from "./run/run.ts";
export type { BecomeSettings, ConnectionSettings, Settings } from "./task/settings.ts";
export { createGate, type Gate } from "./secrets/gate.ts";
export type { Event, Outcome, Reporter, Show, Shown, Status, TaskView } from "./report/events.ts";
export { Failure, Failures } from "./source/failure.ts";
export { Written } from "./source/written.ts";
export type { Change, ControllerModule, Diff, HostModule, State } from "./modules/contract.ts";
