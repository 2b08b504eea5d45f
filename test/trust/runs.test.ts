// The law of trust for runs: whatever a host prints, no keyword, module or way through a play evaluates it. Keywords and modules come from the
// engine's own tables, so that a new one is covered by itself.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test, type TestContext } from "node:test";
import PQueue from "p-queue";
import { loadModule, moduleNames } from "../../engine/modules/index.ts";
import {
  blockKeywords,
  handlerKeywords,
  importPlaybookKeywords,
  includeKeywords,
  type KeywordTable,
  loopControlKeywords,
  playKeywords,
} from "../../engine/play/keywords.ts";
import { roleKeywords, taskKeywords } from "../../engine/play/keywords.ts";
import { useLab } from "../support/lab.ts";
import { payloads, type Try, tryOn } from "./support.ts";
import { ways } from "./ways.ts";

const HOST = "trust";
const shared = useLab([HOST]);
const folder = mkdtempSync(path.join(tmpdir(), "tsplay-trust-"));
after(() => rmSync(folder, { recursive: true }));

/** Values of every shape that hold what the host said. */
const TEXTS = ["{{ r.stdout }}", "{{ rb.stdout }}", "before {{ r.stdout }}"];
/** The same, said by another host, for plays of their own. */
const FAR = TEXTS.map((text) => text.replace(/\b(rb?)\.stdout/, `hostvars['${HOST}'].$1.stdout`));

function valuesOf(type: string, texts: readonly string[]): unknown[] {
  switch (type) {
    case "vars":
    case "environment":
    case "mapping":
      return [...texts.map((text) => ({ x: text })), ...(type === "environment" ? texts : [])];
    case "defaults":
      return texts.map((text) => ({ debug: { msg: text } }));
    case "tasks":
      return [];
    case "list":
    case "strings":
    case "conditions":
      return [...texts, texts];
    default:
      return [...texts];
  }
}

const PLAIN = { debug: { msg: "k {{ x | default('') }}" } };
const far = (more: object): object => ({ hosts: HOST, gather_facts: false, tasks: [PLAIN], ...more });

/** Where each table's keywords stand. */
const STANDS: readonly (readonly [string, KeywordTable, readonly string[], (keyword: string, value: unknown) => Omit<Try, "name">])[] = [
  [
    "task",
    taskKeywords,
    TEXTS,
    (keyword, value) => ({
      tasks: [
        { ...PLAIN, [keyword]: value },
        { command: "true", register: "q", [keyword]: value },
      ],
    }),
  ],
  ["block", blockKeywords, TEXTS, (keyword, value) => ({ tasks: [{ block: [PLAIN], [keyword]: value }] })],
  [
    "handler",
    handlerKeywords,
    TEXTS,
    (keyword, value) => ({ handlers: [{ name: "h", ...PLAIN, [keyword]: value }], tasks: [{ command: "true", notify: "h" }, { meta: "flush_handlers" }] }),
  ],
  ["include_tasks", tableOf(includeKeywords), TEXTS, (keyword, value) => ({ tasks: [{ include_tasks: "show.yml", vars: { x: 1 }, [keyword]: value }] })],
  ["include_role", tableOf(includeKeywords), TEXTS, (keyword, value) => ({ tasks: [{ include_role: { name: "show" }, [keyword]: value }] })],
  [
    "apply",
    taskKeywords,
    TEXTS,
    (keyword, value) => ({ tasks: [{ include_tasks: { file: "show.yml", apply: { [keyword]: value } }, vars: { x: "{{ r.stdout }}" } }] }),
  ],
  [
    "loop_control",
    loopControlKeywords,
    TEXTS,
    (keyword, value) => ({ tasks: [{ ...PLAIN, loop: [1, "{{ r.stdout }}"], loop_control: { [keyword]: value } }] }),
  ],
  [
    "role",
    roleKeywords,
    FAR,
    (keyword, value) => ({
      plays: [
        far({
          roles: [
            { role: "show", [keyword]: value },
            { role: "show", x: FAR[0] },
          ],
        }),
      ],
    }),
  ],
  ["play", playKeywords, FAR, (keyword, value) => ({ plays: [far({ [keyword]: value })] })],
  ["import_playbook", importPlaybookKeywords, FAR, (keyword, value) => ({ plays: [{ import_playbook: "show-play.yml", [keyword]: value }] })],
];

function tableOf(names: ReadonlySet<string>): KeywordTable {
  return Object.fromEntries([...names].map((name) => [name, (taskKeywords as Record<string, KeywordTable[string]>)[name] ?? "any"]));
}

/** What an argument must hold beside it so that the module gets as far as it can in a second; in check mode, so that nothing is rebooted. */
async function moduleTries(): Promise<Try[]> {
  const tries: Try[] = [];
  for (const name of moduleNames) {
    const loaded = await loadModule(name);
    const { properties } = loaded!.module.args;
    const bounds = name.startsWith("include_") && name !== "include_vars" ? { register: "q" } : { register: "q", check_mode: true, timeout: 3 };
    const required = Object.entries(properties).flatMap(([key, { required }]) => (required ? [key] : []));
    const tasks = Object.keys(properties).flatMap((key) =>
      TEXTS.flatMap((text) => {
        const args = Object.fromEntries([...required, key].map((argument) => [argument, text]));
        const nested = Object.fromEntries([...required, key].map((argument) => [argument, [{ a: text, [text]: text }]]));
        return [args, nested].map((given) => ({ [name]: given, ...bounds }));
      }),
    );
    const again = { include_tasks: "show.yml", vars: { x: "{{ q.msg | default(q) }}" }, when: "q is defined" };
    const free = loaded!.module.freeForm === undefined ? [] : TEXTS.map((text) => ({ [name]: text, ...bounds }));
    // what an include is given wrongly is refused with its whole playbook: one each
    if (!("check_mode" in bounds))
      tries.push(...[...tasks, ...free].map((task) => ({ name: `module ${name}: ${JSON.stringify(task)}`, tasks: [task, again] })));
    else tries.push({ name: `module ${name}`, tasks: [...tasks, ...free, again] });
  }
  return tries;
}

/** Which module, role or file a play is made of must be known before the run; a prompt and an option of a loop's control have names. */
const NEVER_RUNS = / (action|local_action|roles|role|vars_prompt)$|^include_\w+ args$|loop_control$/;

describe("what a host says is data", { skip: shared.skip, timeout: 600_000 }, () => {
  async function tryAll(what: string, tries: readonly Try[], t: TestContext): Promise<void> {
    const lab = await shared.lab();
    const mark = path.join(folder, `MARK-${what.replace(/\W/g, "-")}`);
    const { template, expression } = payloads(mark);
    const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
    await lab.host(HOST).exec(`printf %s ${quote(template)} >/root/template && printf %s ${quote(expression)} >/root/expression && ${prepare(template)}`);
    const wrong: string[] = [];
    const reached = new Map<string, boolean>();
    let refused = 0;
    // one mark for all that run at the same time: who is to blame is found out by trying again alone
    const queue = new PQueue({ concurrency: 4 });
    await queue.addAll(
      tries.map((one) => async () => {
        try {
          const { isRefused } = await tryOn(lab.inventory, HOST, one, mark);
          const [key = ""] = one.name.split(":");
          reached.set(key, reached.get(key) === true || !isRefused);
          if (isRefused) refused += 1;
        } catch (error) {
          wrong.push(error instanceof Error ? error.message : String(error));
        }
      }),
    );
    t.diagnostic(`measured: ${reached.size} ${what} in ${tries.length} playbooks (${refused} of them refused before the run)`);
    assert.deepEqual(wrong, []);
    const unreached = [...reached].flatMap(([key, isReached]) => (isReached || NEVER_RUNS.test(key) ? [] : [key]));
    assert.deepEqual(unreached, [], "tries of these never come to run: what they prove is nothing");
  }

  test("the payload would run, were it a person's", async () => {
    const lab = await shared.lab();
    const mark = path.join(folder, "MARK-control");
    const { template, expression } = payloads(mark);
    await lab.host(HOST).exec("echo >/root/template; echo >/root/expression");
    for (const task of [{ debug: { msg: template } }, { debug: { msg: "x" }, when: expression }, { debug: { msg: "{{ a }}" }, vars: { a: template } }]) {
      await assert.rejects(tryOn(lab.inventory, HOST, { name: "control", tasks: [task] }, mark), /the host's text ran/);
    }
  });

  test("keywords", async (t) => {
    const tries = STANDS.flatMap(([owner, table, texts, place]) =>
      Object.entries(table).flatMap(([keyword, type]) =>
        valuesOf(type, texts).map((value): Try => ({ name: `${owner} ${keyword}: ${JSON.stringify(value)}`, ...place(keyword, value) })),
      ),
    );
    await tryAll("keywords", tries, t);
  });

  test("modules", async (t) => tryAll("modules", await moduleTries(), t));

  test("ways through a run", (t) => tryAll("ways", ways(HOST), t));
});

/** Facts of the host that hold the payload too. */
function prepare(template: string): string {
  const local = JSON.stringify({ x: template, ansible_connection: "local", [template]: template });
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  return [
    "mkdir -p /etc/ansible/facts.d /root/names",
    `printf %s ${quote(local)} >/etc/ansible/facts.d/said.fact`,
    `touch ${quote(`/root/names/${template.replaceAll("/", "_")}`)}`,
    `printf 'SAID=%s\\n' ${quote(template)} >>/etc/environment`,
    `(id said >/dev/null 2>&1 || useradd -M said) && sed -i ${quote(`s|^said:.*|said:x:4242:4242:${template.replaceAll("/", "_").replaceAll(":", "")}:/:/bin/sh|`)} /etc/passwd`,
  ].join(" && ");
}
