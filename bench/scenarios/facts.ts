import { rmSync } from "node:fs";
import { fieldOf, type Reachable } from "../hosts.ts";
import { measure, median } from "../measure.ts";
import type { Scenario } from "../scenario.ts";
import { exitOr, tsplayCommand, withFiles } from "../tools.ts";

const CONNECT = "- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.raw: 'true'\n";
const FACTS = `${CONNECT}- hosts: all\n  gather_facts: true\n`;
const DISTANCE = 200;

/** Facts of a host that is connected: what a play that gathers them adds, and how much more it adds to a host that is further away. */
export const facts: Scenario = {
  name: "facts",
  title: "facts of a host",
  async run({ options, lab: start }) {
    const lab = await start();
    const host = lab.hosts[0]!;
    const times = options.quick ? 1 : 5;
    const added = async (milliseconds: number): Promise<number | string> => {
      const distance = await host.delay(milliseconds);
      const far: Reachable = { name: host.name, address: distance.address, port: distance.port };
      const field = fieldOf(lab, [far]);
      try {
        return await withFiles({ "connect.yml": CONNECT, "facts.yml": FACTS }, async (cwd) => {
          const runs = { connect: [] as number[], facts: [] as number[] };
          for (let run = 0; run < times; run += 1) {
            for (const name of ["connect", "facts"] as const) {
              const seconds = exitOr(await measure({ ...tsplayCommand([`${name}.yml`, "-i", field.inventory]), cwd }), (measured) => measured.seconds);
              if (typeof seconds === "string") return seconds;
              runs[name].push(seconds);
            }
          }
          return median(runs.facts) - median(runs.connect);
        });
      } finally {
        await distance.close();
        rmSync(field.folder, { recursive: true, force: true });
      }
    };
    const near = await added(0);
    const away = await added(DISTANCE);
    const trips = typeof near === "string" ? near : typeof away === "string" ? away : ((away - near) * 1_000) / DISTANCE;
    return {
      figures: [
        { name: "near", value: near, unit: "s" },
        { name: `${DISTANCE} ms away`, value: away, unit: "s" },
        { name: "round trips", value: trips, unit: "round trips", atMost: 1.5 },
      ],
    };
  },
};
