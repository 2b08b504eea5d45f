import { after } from "node:test";
import type { Lab, LabOptions } from "../../engine/lab/lab.ts";
import { startLab } from "../../engine/lab/lab.ts";
import { labAvailability } from "../../engine/lab/requirements.ts";

export interface SharedLab {
  /** For a test's options, `{ skip: shared.skip }`: why there can be no lab here, or false. */
  readonly skip: string | false;
  /** The file's lab, booted at the first call. */
  lab(): Promise<Lab>;
}

/**
 * One lab for all tests of a file; it goes down after the last of them, and with the process in any case. Call it at the top of the file.
 * A host that a test has spoilt is as new after `host.reset()`, in about half a second.
 */
export function useLab(hosts: readonly string[], options: Omit<LabOptions, "hosts"> = {}): SharedLab {
  let lab: Promise<Lab> | undefined;
  after(async () => {
    await (await lab?.catch(() => undefined))?.stop();
  });
  return {
    skip: labAvailability() ?? false,
    lab: () => (lab ??= startLab({ ...options, hosts })),
  };
}
