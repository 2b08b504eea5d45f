import { prepare } from "../../run/run.ts";
import { createGate } from "../../secrets/gate.ts";
import { didYouMean, Failure } from "../../source/failure.ts";
import { createVariables } from "../../variables/variables.ts";
import { pythonJson } from "../../report/python-json.ts";
import { formatPlace } from "../../report/message.ts";
import { parseOptions } from "../options.ts";
import { settingsOf } from "./play.ts";

const USAGE = "tsplay explain HOST VARIABLE -i INVENTORY [PLAYBOOK]";

/** `tsplay explain HOST VARIABLE`: every place that sets the variable, the one that counts first. */
export async function explainCommand(argv: readonly string[]): Promise<number> {
  const [host, name, ...rest] = argv;
  if (host === undefined || name === undefined || host.startsWith("-") || name.startsWith("-")) {
    throw new Failure("explain needs a host and a variable", { code: "usage", fault: "usage", hint: USAGE });
  }
  const hasPlaybook = rest.some((word) => /\.ya?ml$/.test(word) && !rest[rest.indexOf(word) - 1]?.startsWith("-"));
  const options = parseOptions(hasPlaybook ? rest : [...rest, "-"], process.env);
  const gate = createGate(() => undefined);
  const settings = { ...(await settingsOf(options, argv, gate.secrets)), playbooks: hasPlaybook ? options.playbooks : [] };
  const { run, playbooks } = await prepare(settings, gate);
  if (!run.inventory.hosts.has(host)) {
    throw new Failure(`the inventory has no host "${host}"`, {
      code: "unknown-host",
      fault: "usage",
      hint: didYouMean(host, run.inventory.hosts.keys()) ?? "see the hosts with --list-hosts",
    });
  }
  const variables = createVariables(run.facts);
  const play = playbooks[0]?.plays[0];
  const state = play === undefined ? undefined : { play, hostsAll: [host], hosts: [host], batch: [host], varsFiles: () => [], prompted: {} };
  const found = variables.explain(state === undefined ? host : { host, state, searchPath: [process.cwd()] }, name);
  if (found.length === 0) {
    process.stdout.write(`${name} is not set for ${host}\n`);
    return 1;
  }
  for (const [index, { level, title, raw, place }] of found.entries()) {
    const text = `${title}: ${pythonJson(raw)}${place === undefined ? "" : `  (${formatPlace(place)})`}`;
    // it tells where a value comes from: what a vault held stays in it
    process.stdout.write(`${index === 0 ? "=>" : "  "} ${String(level).padStart(2)} ${gate.text(text)}\n`);
  }
  return 0;
}
