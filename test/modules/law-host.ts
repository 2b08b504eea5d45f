import { existsSync } from "node:fs";
import path from "node:path";
import type { LabHost } from "../../engine/lab/host.ts";
import type { Lab } from "../../engine/lab/lab.ts";
import { moduleNames } from "../../engine/modules/index.ts";
import { readSituations, type Situation } from "../../engine/modules/laws/situation.ts";
import type { Session } from "../../engine/session/contract.ts";
import { openSession } from "../../engine/session/open.ts";
import { targetOf } from "../session/lab-target.ts";
import { Files } from "./bench.ts";

export interface LawHost {
  readonly host: LabHost;
  readonly session: Session;
  readonly files: Files;
  readonly isBusyBox: boolean;
  /** The situations of a module's laws.yaml that are meant for the host's shell. */
  situationsOf(module: string): readonly Situation[];
}

// LAWS=copy,file tries these modules only
const only = process.env["LAWS"]?.split(",");

export function isTried(module: string): boolean {
  return only?.includes(module) ?? true;
}

/** The modules that have laws and are to be tried. */
export const modulesWithLaws: readonly string[] = moduleNames.filter((name) => isTried(name) && existsSync(lawsFile(name)));

function lawsFile(module: string): string {
  return path.resolve(import.meta.dirname, "../../engine/modules", module, "laws.yaml");
}

/** Tries something on a lab host in a session whose sh is dash, or BusyBox with all of its applets inside. */
export async function withLawHost(lab: Lab, name: string, shell: "dash" | "busybox", work: (on: LawHost) => Promise<void>): Promise<void> {
  const host = lab.host(name);
  if (shell === "busybox") await host.exec("mkdir -p /opt/busybox && ln -s /bin/busybox /opt/busybox/sh");
  const session = await openSession(targetOf(lab, name, { shell: shell === "busybox" ? "/opt/busybox/sh" : "/bin/dash" }));
  const files = await Files.open(host.address.replace(/\.\d+$/, ".1"));
  const situationsOf = (module: string): readonly Situation[] => readSituations(lawsFile(module)).filter(({ shells }) => shells?.includes(shell) ?? true);
  try {
    await work({ host, session, files, isBusyBox: shell === "busybox", situationsOf });
  } finally {
    await session.close();
    await files.close();
  }
}
