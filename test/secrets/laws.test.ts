import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { after } from "node:test";
import { createInterface } from "node:readline";
import { run, type Show } from "../../engine/index.ts";
import type { LabHost } from "../../engine/lab/host.ts";
import { loadModule, moduleNames } from "../../engine/modules/index.ts";
import type { JsonSchema } from "../../engine/modules/schema.ts";
import { createAdHocReporter } from "../../engine/report/adhoc.ts";
import { createAnsibleReporter } from "../../engine/report/ansible.ts";
import { createConsoleReporter } from "../../engine/report/console.ts";
import type { Reporter } from "../../engine/report/events.ts";
import { createJsonReporter } from "../../engine/report/json.ts";
import { createJUnitReporter } from "../../engine/report/junit.ts";
import { loadYaml } from "../../engine/source/yaml.ts";
import { record } from "../report/build.ts";
import { project } from "../run/support.ts";
import { useLab } from "../support/lab.ts";
import { formsToSearch, leaksIn } from "./leaks.ts";
import { type SecretServer, startSecretServer } from "./server.ts";

interface Situation {
  readonly covers: readonly string[];
  /** Sh that prepares the host. */
  readonly given?: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Keywords of the task. */
  readonly keywords?: Readonly<Record<string, unknown>>;
  readonly fails?: boolean;
  /** Sh that ends with 0 when the host is as it must be; `$url` is the server's address, with the password. */
  readonly then?: string;
}

const file = path.join(import.meta.dirname, "laws.yaml");
const situations = loadYaml(readFileSync(file, "utf8"), file) as Situation[];
/** Arguments that hold addresses, beside those whose description says so. */
const ADDRESSES = ["git.repo", "get_url.url", "apt_repository.repo", "apt_key.url", "deb822_repository.uris", "pip.extra_args"];
/** Descriptions that speak of addresses and mean none with a password. */
const NO_ADDRESS = /^(iptables|wait_for)\.|^k8s\w*\.host$|\.(filename|remote_src)$/;

async function demanded(): Promise<string[]> {
  const found: string[] = [...ADDRESSES];
  const marks = (schema: JsonSchema): boolean =>
    schema["x-no-log"] === true || (schema.items !== undefined && marks(schema.items)) || Object.values(schema.properties ?? {}).some(marks);
  for (const name of moduleNames) {
    const loaded = (await loadModule(name))!;
    for (const [argument, { schema }] of Object.entries(loaded.module.args.properties) as [string, { schema: JsonSchema }][]) {
      const full = `${name}.${argument}`;
      if (marks(schema) || (/\burls?\b|address/i.test(schema.description ?? "") && !NO_ADDRESS.test(full))) found.push(full);
    }
    if (loaded.kind !== "controller" && loaded.module.secretsIn !== undefined) found.push(name);
  }
  return [...new Set(found)];
}

test("every argument that may hold a secret has a situation", async () => {
  const covered = new Set(situations.flatMap(({ covers }) => covers));
  assert.deepEqual(
    (await demanded()).filter((name) => !covered.has(name)),
    [],
    `write them into ${path.relative(process.cwd(), file)}`,
  );
});

const shared = useLab(["secret"]);
const totals = { situations: 0, programs: 0, characters: 0, files: 0 };

test("a secret in any argument is in no argv, event, report or file that is left", { skip: shared.skip, timeout: 1_200_000 }, async (t) => {
  const lab = await shared.lab();
  const host = lab.host("secret");
  await must(host, "command -v git >/dev/null || apt-get install -y --no-install-recommends git >/dev/null 2>&1; mkdir -p /srv/law; touch /run/law.stamp");
  const server = await startSecretServer(host.address.replace(/\.\d+$/, ".1"));
  const watch = await startWatch(host);
  after(() => {
    server.close();
    watch.stop();
  });
  const control = (when: string): Promise<void> =>
    t.test(`${when} the watch misses no program, and files are found`, async () => {
      await must(host, `for i in $(seq 300); do /bin/true "${when} $i"; done; printf %s "x Y29udHJvbA" >/tmp/control`);
      const seen = watch.lines.filter((line) => line.startsWith(`/bin/true\0${when} `));
      assert.equal(new Set(seen).size, 300);
      assert.deepEqual(await filesLeft(host, ["Y29udHJvbA"]), ["/tmp/control"]);
      await must(host, "rm /tmp/control");
    });
  await control("before");
  for (const [index, situation] of situations.entries()) {
    await t.test(`${index + 1} ${situation.covers.join(", ")}`, async () => {
      totals.situations += 1;
      assert.deepEqual(await leaksOf(situation, index, lab.inventory, host, server, watch), []);
    });
  }
  await control("behind");
  t.diagnostic(
    `measured: ${totals.situations} situations for ${(await demanded()).length} arguments; looked through ${totals.programs} command lines, ` +
      `${Math.round(totals.characters / 1000)} kB of events and reports, ${totals.files} searches of files`,
  );
  assert.ok(totals.programs > 500, "the watch has seen no programs");
});

async function leaksOf(situation: Situation, index: number, inventory: string, host: LabHost, server: SecretServer, watch: Watch): Promise<string[]> {
  const word = `Kx7sesame${index}Zq`;
  const text = JSON.stringify(situation.args) + JSON.stringify(situation.keywords ?? {});
  const hash = `$6$lawsalt${index}$${`${word}abcdefghijklmnopqrstuvwxyz`.repeat(4).slice(0, 86)}`;
  const secret = text.includes("{word}") ? word : text.includes("{hash}") ? hash : `Kx7'se"s&ame %+\\Zq$${index}`;
  server.password = secret;
  const encoded = encodeURIComponent(secret).replaceAll("'", "%27");
  const url = `http://law:${encoded}@${server.address}`;
  const names: Readonly<Record<string, string>> = { secret, word, hash, encoded, url, bare: `http://${server.address}`, host: server.address.split(":")[0]! };
  const filled = JSON.parse(JSON.stringify({ args: situation.args, keywords: situation.keywords ?? {} }), (_key, value: unknown) =>
    typeof value === "string" ? value.replace(/\{(\w+)\}/g, (all, name: string) => names[name] ?? all) : value,
  ) as Pick<Situation, "args" | "keywords">;
  if (situation.given !== undefined) await must(host, situation.given);
  await must(host, "touch /run/law.stamp; sleep 0.05");

  const forms = formsToSearch(secret);
  const seen = watch.lines.length;
  const { outputs, statuses } = await runWith(filled, inventory, secret);
  const wrong: string[] = [];
  for (const line of watch.lines.slice(seen)) for (const form of leaksIn(line, forms)) wrong.push(`argv: ${form} in ${line.replaceAll("\0", " ")}`);
  totals.programs += watch.lines.length - seen;
  for (const [name, output] of Object.entries(outputs)) {
    totals.characters += output.length;
    for (const form of leaksIn(output, forms))
      wrong.push(`${name}: ${form} in ${output.slice(Math.max(0, output.indexOf(form) - 120), output.indexOf(form) + form.length + 60)}`);
  }
  for (const name of await filesLeft(host, forms)) wrong.push(`left on the host: ${name}`);
  totals.files += 1;
  const last = statuses.at(-1);
  if ((last === "failed" || last === "unreachable") !== (situation.fails === true))
    wrong.push(`the task came out ${String(last)}: ${outputs["console"]!.slice(-1500)}`);
  if (situation.then !== undefined) {
    const verified = await host.exec(`read -r url; ${situation.then}`, { input: `${url}\n` });
    if (verified.code !== 0) wrong.push(`then ended with ${verified.code}: ${verified.stderr}`);
  }
  return wrong;
}

/** Files in the places for temporary ones, newer than /run/law.stamp, that hold one of the texts. */
async function filesLeft(host: LabHost, texts: readonly string[]): Promise<string[]> {
  const search = "cat >/run/law.forms; find /tmp /var/tmp /root /dev/shm -xdev -newer /run/law.stamp -type f -exec grep -laF -f /run/law.forms {} +";
  const left = await host.exec(search, { input: texts.join("\n") });
  return left.stdout.split("\n").filter((name) => name !== "");
}

/** Runs the task in check mode and for real, and then shows the secret in every way in which a playbook can. */
async function runWith(
  given: Pick<Situation, "args" | "keywords">,
  inventory: string,
  secret: string,
): Promise<{ outputs: Record<string, string>; statuses: string[] }> {
  const shown = [
    "{{ secret }}",
    "{{ secret | b64encode }}",
    "{{ ('x:' ~ secret) | b64encode }}",
    "{{ secret | urlencode }}",
    "{{ secret | to_json }}",
    "{{ secret | quote }}",
  ];
  const task = { name: "the law", ...given.args, ...given.keywords };
  const tasks = [
    { ...task, check_mode: true, ignore_errors: true, diff: true },
    { ...task, register: "outcome", ignore_errors: true, diff: true },
    { name: "shown", debug: { var: "outcome" } },
    { name: "as data", debug: { msg: ["{{ outcome | to_json }}", "{{ outcome | string | b64encode }}", ...shown] } },
    { name: "of {{ secret }}", debug: { msg: "{{ item }}" }, loop: [secret, { [secret]: secret }] },
    { name: "fails", fail: { msg: `no: ${secret}` }, ignore_errors: true },
    { name: "notifies", command: "true", notify: ["nobody {{ secret }}", "restart {{ secret }}", "plain"] },
    { name: "breaks", fail: { msg: secret } },
  ];
  // each task on one line, so that a place shows all of it
  const head = `- hosts: secret\n  gather_facts: false\n  vars:\n    secret: ${JSON.stringify(secret)}\n  tasks:\n`;
  const handlers = `  handlers:\n    - {name: "restart {{ secret }}", debug: {msg: x}}\n    - {name: plain, debug: {msg: x}}\n`;
  const folder = project({ "site.yml": head + tasks.map((one) => `    - ${JSON.stringify(one)}\n`).join("") + handlers });
  const kinds: Record<string, (screen: ReturnType<typeof record>["screen"]) => Reporter> = {
    console: (screen) => createConsoleReporter({ ...screen, showDiff: true }),
    ansible: (screen) => createAnsibleReporter(screen),
    yaml: (screen) => createAnsibleReporter({ ...screen, resultFormat: "yaml" }),
    minimal: (screen) => createAdHocReporter({ ...screen, oneLine: false }),
    oneline: (screen) => createAdHocReporter({ ...screen, oneLine: true }),
    json: (screen) => createJsonReporter((text) => screen.write(text)),
    junit: (screen) => createJUnitReporter({ write: (text) => screen.write(text) }),
  };
  const reporters = Object.entries(kinds).map(([name, make]) => {
    const recorded = record({ verbosity: 3, isTerminal: name === "console", columns: 200 });
    return { name, recorded, reporter: make(recorded.screen) };
  });
  const pending = path.join(folder, "pending.json");
  const statuses: string[] = [];
  const show: Show = (event) => {
    if (event.type === "result" && event.task.name === "the law") statuses.push(event.status);
    for (const { reporter } of reporters) reporter.on(event);
  };
  await run(
    { playbooks: [path.join(folder, "site.yml")], inventory: [inventory], verbosity: 3, errorOnMissingHandler: false, pendingHandlersFile: pending },
    show,
  );
  for (const { reporter } of reporters) await reporter.close();
  const kept = readFileSync(pending, "utf8");
  assert.match(kept, /"plain"/);
  return { outputs: { pending: kept, ...Object.fromEntries(reporters.map(({ name, recorded }) => [name, recorded.out() + recorded.err()])) }, statuses };
}

interface Watch {
  /** What /proc/PID/cmdline held of each program that has started. */
  readonly lines: readonly string[];
  stop(): void;
}

/** See watch.py: each program of the host is held when it starts, until its command line has been read. */
async function startWatch(host: LabHost): Promise<Watch> {
  const child = spawn("python3", [path.join(import.meta.dirname, "watch.py"), `/proc/${host.pid}/root/etc`], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.on("exit", () => reject(new Error(`the watch has ended: ${said}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line === "ready") resolve();
      else lines.push(Buffer.from(line, "base64").toString("utf8"));
    });
  });
  return { lines, stop: () => void child.kill() };
}

async function must(host: LabHost, command: string): Promise<void> {
  const answer = await host.exec(command);
  assert.equal(answer.code, 0, `${command}: ${answer.stderr}`);
}
