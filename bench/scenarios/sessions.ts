import { rmSync } from "node:fs";
import type { Lab } from "../../engine/lab/lab.ts";
import { type Field, fieldOf, freshHosts, type Reachable, reachable } from "../hosts.ts";
import { measure, type Measured } from "../measure.ts";
import type { Scenario } from "../scenario.ts";
import { exitOr, tsplay } from "../tools.ts";
import { SITE } from "./plays.ts";

const SESSIONS = 200;

/** Many sessions at once: the lab's few hosts under many names. */
export const sessions: Scenario = {
  name: "sessions",
  title: `${SESSIONS} sessions`,
  async run({ lab: start }) {
    const lab = await start();
    await freshHosts(lab, false);
    await letIn(lab);
    const few = fieldOf(lab, reachable(lab));
    const many = fieldOf(
      lab,
      Array.from({ length: SESSIONS }, (_, index): Reachable => {
        const host = lab.hosts[index % lab.hosts.length]!;
        return { name: `${host.name}-${index}`, address: host.address, port: 22 };
      }),
    );
    try {
      await siteOn(few);
      const small = await siteOn(few);
      const large = await siteOn(many);
      const each = (large.peakMegabytes - small.peakMegabytes) / (SESSIONS - few.hosts.length);
      return {
        figures: [
          { name: `${few.hosts.length} sessions, memory`, value: exitOr(small, ({ peakMegabytes }) => peakMegabytes), unit: "MB" },
          { name: `${SESSIONS} sessions, memory`, value: exitOr(large, ({ peakMegabytes }) => peakMegabytes), unit: "MB" },
          { name: "memory a session", value: exitOr(large, () => each), unit: "MB", atMost: 0.6 },
          { name: `30 tasks converged, ${SESSIONS} sessions`, value: exitOr(large, ({ seconds }) => seconds), unit: "s" },
        ],
      };
    } finally {
      for (const field of [few, many]) rmSync(field.folder, { recursive: true, force: true });
    }
  },
};

/** sshd refuses by chance what is more than ten unauthenticated connections. */
async function letIn(lab: Lab): Promise<void> {
  for (const host of lab.hosts) {
    await host.exec(`printf 'MaxStartups 500\\nMaxSessions 500\\n' >/etc/ssh/sshd_config.d/many.conf && systemctl restart ssh`);
  }
}

async function siteOn(field: Field): Promise<Measured> {
  const [command] = tsplay("").commands(SITE, field);
  return measure({ ...command!, args: [...command!.args, "--forks", String(field.hosts.length)] });
}
