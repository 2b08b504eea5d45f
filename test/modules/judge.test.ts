import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import type { HostModule } from "../../engine/modules/contract.ts";
import { judge } from "../../engine/modules/laws/judge.ts";
import type { Situation } from "../../engine/modules/laws/situation.ts";
import { args, path as pathArg } from "../../engine/modules/schema.ts";
import { openSession } from "../../engine/session/open.ts";
import { carryOut } from "../../engine/task/carry-out.ts";
import { handsOnHost } from "../../engine/task/hands-on-host.ts";

// a module as it should be: makes an empty file
const schema = args({ path: pathArg("The file.", { required: true }) });
const good: HostModule<{ path: string }, boolean> = {
  name: "good",
  summary: "Makes a file",
  args: schema,
  probe: (args) => ({ text: 'if [ -e "$path" ]; then printf yes; else printf no; fi', vars: { path: args.path } }),
  parse: (answer) => answer.stdout.toString() === "yes",
  plan: (current) => (current ? [] : [{ key: "state", from: null, to: "file" }]),
  apply: (_changes, _current, args) => ({ text: ': >"$path"', vars: { path: args.path } }),
};

const situation: Situation = { name: "new", args: { path: "{work}/f" }, then: "test -f f" };

const offenders: { what: string; module?: Partial<typeof good>; situation?: Partial<Situation>; law: RegExp }[] = [
  {
    what: "a probe that writes",
    module: { probe: (args) => ({ text: ': >"$path.seen"; printf no', vars: { path: args.path } }) },
    law: /the probe or check mode changed the host/,
  },
  { what: "an apply that does nothing", module: { apply: () => ({ text: ":" }) }, law: /still not as asked/ },
  {
    what: "a plan that never ends, unverified",
    module: { verified: false, plan: () => [{ key: "state", from: null, to: "file" }] },
    law: /the second run planned/,
  },
  { what: "an outcome that is another", situation: { then: "test -d f" }, law: /then ended with 1/ },
  { what: "a change where all is right", situation: { converged: true }, law: /planned though it was right/ },
  { what: "a failure that does not come", situation: { fails: "no" }, law: /the task did not fail/ },
  { what: "a missing tool that is passed over", situation: { without: "ls" }, law: /the task did not fail/ },
  {
    what: "a failing apply that changed the host",
    module: { apply: () => ({ text: ': >"$HOME/half"; echo broken >&2; exit 3' }) },
    situation: { fails: "broken" },
    law: /left the host changed/,
  },
  {
    what: "a failure of another kind",
    module: { apply: () => ({ text: "echo broken >&2; exit 3" }) },
    situation: { fails: "whole" },
    law: /it failed with: good: broken/,
  },
  {
    what: "a secret in the result",
    module: { result: () => ({ token: "hunter22" }) },
    situation: { secrets: ["hunter22"] },
    law: /holds the secret "hunter22"/,
  },
  {
    what: "a result that is another",
    module: { result: () => ({ state: "x" }) },
    situation: { result: { state: "file" } },
    law: /result.state is "x", not "file"/,
  },
];

async function violations(module: HostModule<any, any>, given: Situation): Promise<string[]> {
  const home = await mkdtemp(path.join(os.tmpdir(), "tsplay-judge-"));
  const session = await openSession({ name: "here", connection: "local" });
  try {
    return await judge(module, given, {
      session,
      work: path.join(home, "work"),
      places: {},
      controller: { playbookDirectory: home, findFile: (name) => name, renderTemplate: () => "", decrypt: (bytes) => bytes },
      validate: (_module, raw) => raw,
      carryOut: (one, ready, how) => carryOut(one, ready, handsOnHost(one, ready, session, { run: { environment: { ...how.environment, HOME: home } } }), how),
      tree: async () =>
        new Map(
          (await session.run({ text: 'cd "$home" && find . -type f', vars: { home } })).stdout
            .toString()
            .split("\n")
            .map((name) => [name, "there"]),
        ),
      compare: (before, after) => [...after.keys()].filter((name) => !before.has(name)),
    });
  } finally {
    await session.close();
    await rm(home, { recursive: true, force: true });
  }
}

test("a module that keeps the laws passes", async () => {
  assert.deepEqual(await violations(good, situation), []);
});

for (const offender of offenders) {
  test(`found out: ${offender.what}`, async () => {
    const wrong = await violations({ ...good, ...offender.module }, { ...situation, ...offender.situation });
    assert.match(wrong.join("\n"), offender.law);
  });
}
