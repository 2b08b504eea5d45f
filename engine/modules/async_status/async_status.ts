import type { Answer } from "../../session/contract.ts";
import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf, MOST_OF_A_TEXT } from "../parts/facts.ts";
import { RUN_RECORDS, times } from "../parts/run.ts";
import { readScript } from "../parts/script.ts";
import { divide } from "../parts/trailer.ts";
import { args, type ArgsOf, choice, string } from "../schema.ts";

const schema = args({
  jid: string("The job: `ansible_job_id` of the task that began it.", { required: true }),
  mode: choice("Look how far it is, or remove what it has to tell, without waiting for its end.", ["status", "cleanup"], { default: "status" }),
});

export type AsyncStatusArgs = ArgsOf<typeof schema>;

export interface JobState {
  readonly folder: string;
  readonly is: "absent" | "running" | "ended" | "timeout" | "lost";
  /** What it printed, and its exit status; of one that did not end by itself what there is. */
  readonly answer: Answer;
}

/** The exit status of what SIGKILL ended, as sh tells it. */
export const KILLED = 137;

export const asyncStatus: HostModule<AsyncStatusArgs, JobState> = {
  name: "async_status",
  summary: "Tells how far a job of async is",
  args: schema,
  check: ({ jid }) => (/^\w[\w.-]*$/.test(jid) ? undefined : `"${jid}" is no job: take \`ansible_job_id\` of what the task with async registered`),
  probe: ({ jid }) => ({ text: readScript(import.meta.url, "probe.sh", "facts", "job"), vars: { jid }, mostOutput: MOST_OF_A_TEXT }),
  parse(answer) {
    const facts = factsOf(answer);
    const size = Number(facts.maybe("stdout_size") ?? 0);
    const { bytes } = facts;
    return {
      folder: facts.get("folder"),
      is: facts.get("is") as JobState["is"],
      answer: { code: Number(facts.maybe("code") ?? 0), stdout: bytes.subarray(0, size), stderr: bytes.subarray(size) },
    };
  },
  plan(current, args): readonly Change[] {
    const keys = { ansible_job_id: args.jid, results_file: current.folder, started: true, finished: true };
    if (current.is === "absent") throw new ModuleError("could not find job", keys, "it belongs to the user that began it (become), and cleanup removes it");
    if (args.mode === "cleanup") return [{ key: "job", from: current.folder, to: null }];
    if (current.is === "timeout") throw new ModuleError("Timeout exceeded", { ...keys, rc: KILLED, ...printed(current.answer) });
    if (current.is === "lost") {
      throw new ModuleError(
        "the job was ended before it could tell its result",
        { ...keys, rc: KILLED, ...printed(current.answer) },
        "was the host started anew?",
      );
    }
    return [];
  },
  left: (after) => (after.is === "absent" ? [] : [{ key: "job", from: after.folder, to: null }]),
  apply: (_changes, _current, { jid }) => ({ text: readScript(import.meta.url, "apply.sh", "facts", "job"), vars: { jid } }),
  endedJob: (current, args) => (args.mode === "status" && current.is === "ended" ? { id: args.jid, answer: current.answer } : undefined),
  result({ args, before }) {
    const none = { ansible_job_id: args.jid, stdout: "", stderr: "", changed: false };
    if (args.mode === "cleanup") return { ...none, started: false, finished: false, erased: before.folder };
    const keys = { ...none, results_file: before.folder, started: true, finished: before.is === "ended" };
    return before.is === "ended" ? { ...keys, ...resultOfStranger(before.answer, keys) } : keys;
  },
  doc: {
    description:
      "For a task with `async` and `poll: 0`. While the job runs, `finished` is false; then the result is that of the task which began it, as if it had been waited for: " +
      "its keys, its failure, and the look whether the host is now as asked.",
    examples: `- name: A long job
  command: /usr/local/bin/reindex
  async: 3600
  poll: 0
  register: reindex

- name: Its end
  async_status:
    jid: "{{ reindex.ansible_job_id }}"
  register: job
  until: job is finished
  retries: 100
  delay: 10

- name: Nothing stays behind
  async_status:
    jid: "{{ reindex.ansible_job_id }}"
    mode: cleanup
`,
    returns: {
      ansible_job_id: "the job",
      started: "true",
      finished: "whether it has ended",
      results_file: "the folder on the host that keeps what it has to tell",
      erased: "with cleanup: the folder that was removed",
    },
    differences: [
      "a job that another run began tells rc, stdout, stderr and times only: what else its module makes of them, that run knew",
      "a job that was ended from outside is a failure; Ansible goes on saying that it runs",
    ],
  },
};

function printed(answer: Answer): { readonly stdout: string; readonly stderr: string } {
  return { stdout: answer.stdout.toString("utf8"), stderr: answer.stderr.toString("utf8") };
}

/** A job of another run: its module is not known, only what it printed. @throws ModuleError when it failed */
function resultOfStranger(answer: Answer, keys: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { output, facts } = divide(answer.stdout, ...RUN_RECORDS);
  const { stdout, stderr } = printed({ ...answer, stdout: output });
  const result = { rc: answer.code, stdout: stdout.replace(/[\r\n]+$/, ""), stderr: stderr.replace(/[\r\n]+$/, ""), ...times(facts), changed: true };
  if (answer.code !== 0) throw new ModuleError("non-zero return code", { ...keys, ...result });
  return result;
}
