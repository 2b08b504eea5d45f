import { createAdHocReporter } from "../report/adhoc.ts";
import { createAnsibleReporter } from "../report/ansible.ts";
import { createConsoleReporter } from "../report/console.ts";
import type { Reporter } from "../report/events.ts";
import { createJsonReporter } from "../report/json.ts";
import { createJUnitReporter } from "../report/junit.ts";
import type { Screen } from "../report/screen.ts";
import type { Options } from "./options.ts";
import type { Output } from "./outputs.ts";

/** Where a reporter's text goes. */
export interface Sink {
  write(text: string): void;
  end(): Promise<void>;
}

const DEFAULT_COLUMNS = 80;

/** Sets up one reporter as the command line and ansible.cfg ask for it. */
export function createReporter(output: Output, options: Options, sink: Sink): Reporter {
  const { settings } = options;
  const isTerminal = output.file === undefined && process.stdout.isTTY === true;
  const screen: Screen = {
    write: (text) => sink.write(text),
    writeError: (text) => void process.stderr.write(text),
    isTerminal,
    columns: () => process.stdout.columns ?? DEFAULT_COLUMNS,
    color: options.color === "always" || (options.color === "auto" && isTerminal),
    verbosity: options.verbosity,
  };
  const reporter = reporterOf(output, options, screen, settings);
  return {
    on: (event) => reporter.on(event),
    close: async () => {
      await reporter.close();
      await sink.end();
    },
  };
}

function reporterOf(output: Output, options: Options, screen: Screen, settings: Options["settings"]): Reporter {
  const shared = { ...(settings.showCustomStats === undefined ? {} : { showCustomStats: settings.showCustomStats }), ...(settings.diffContext === undefined ? {} : { diffContext: settings.diffContext }) };
  switch (output.kind) {
    case "json":
      return createJsonReporter(screen.write);
    case "junit":
      return createJUnitReporter({ write: screen.write });
    case "minimal":
    case "oneline":
      return createAdHocReporter({ ...screen, oneLine: output.kind === "oneline" });
    case "ansible":
      return createAnsibleReporter({
        ...screen,
        ...shared,
        displayOkHosts: settings.displayOkHosts ?? true,
        displaySkippedHosts: settings.displaySkippedHosts ?? true,
        displayFailedStderr: settings.displayFailedStderr ?? false,
        displayArgs: settings.displayArgs ?? false,
        showPerHostStart: settings.showPerHostStart ?? false,
        showTaskPathOnFailure: settings.showTaskPathOnFailure ?? false,
        checkModeMarkers: settings.checkModeMarkers ?? false,
        resultFormat: settings.resultFormat === "yaml" ? "yaml" : "json",
        prettyResults: settings.prettyResults,
      });
    default:
      return createConsoleReporter({
        ...screen,
        ...shared,
        showDiff: options.diff,
        showOkHosts: settings.displayOkHosts ?? true,
        showSkippedHosts: settings.displaySkippedHosts ?? true,
      });
  }
}
