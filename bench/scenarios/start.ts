import { measure, median, timeToConnection } from "../measure.ts";
import type { Scenario } from "../scenario.ts";
import { tsplayCommand, withFiles } from "../tools.ts";

/** How long it takes until something happens, beside what Node itself takes. */
export const start: Scenario = {
  name: "start",
  title: "start",
  async run({ options }) {
    const bare: number[] = [];
    const version: number[] = [];
    const connection: number[] = [];
    await withFiles({ "play.yml": "- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.ping:\n" }, async (folder) => {
      // in turn, so that all see the machine in the same mood
      for (let run = 0; run < (options.quick ? 5 : 21); run += 1) {
        bare.push((await measure({ program: process.execPath, args: ["-e", "0"] })).seconds * 1_000);
        version.push((await measure(tsplayCommand(["--version"]))).seconds * 1_000);
        connection.push(
          await timeToConnection((port) => ({
            ...tsplayCommand(["play.yml", "-i", "probe,", "-e", `ansible_host=127.0.0.1 ansible_port=${port} ansible_password=none`]),
            cwd: folder,
          })),
        );
      }
    });
    return {
      figures: [
        { name: "node -e 0", value: median(bare), unit: "ms" },
        { name: "--version", value: median(version), unit: "ms", atMost: 150 },
        { name: "to the first connection", value: median(connection), unit: "ms", atMost: 150 },
      ],
    };
  },
};
