import type { Script } from "../../session/contract.ts";
import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { applyUnit, leftOfUnit, parseUnit, planUnit, unitProbe, unitResult, type UnitArgs, type UnitState } from "../parts/systemd/unit.ts";
import { quote, splitCommand } from "../parts/words.ts";
import { args, type ArgsOf, boolean, choice, integer, string } from "../schema.ts";

const schema = args(
  {
    name: string("The service.", { required: true }),
    state: choice("`started` and `stopped` hold; `restarted` and `reloaded` act every time.", ["started", "stopped", "restarted", "reloaded"]),
    enabled: boolean("Whether it starts at boot."),
    sleep: integer("Seconds between stop and start of a restart; for init scripts that return too early."),
    pattern: string("Text to look for among the running commands, for init scripts without `status`."),
    runlevel: string("OpenRC's runlevel.", { default: "default" }),
    arguments: string("Arguments for an init script.", { default: "", aliases: ["args"] }),
    use: choice("The service manager.", ["auto", "service", "systemd", "sysvinit", "openrc"], { default: "auto" }),
  },
  { requiredOneOf: [["state", "enabled"]] },
);

export type ServiceArgs = ArgsOf<typeof schema>;

export type ServiceState =
  | { readonly manager: "systemd"; readonly unit: UnitState }
  | { readonly manager: string; readonly unit: undefined; readonly isRunning: boolean; readonly isEnabled: boolean };

export const service: HostModule<ServiceArgs, ServiceState> = {
  name: "service",
  summary: "Manages services, by systemd, OpenRC or init scripts",
  args: schema,
  probe: (args) => ({
    text: `${unitProbe()}\n${readScript(import.meta.url, "probe.sh")}`,
    vars: { unit: args.name, scope: "system", use: args.use, runlevel: args.runlevel, pattern: args.pattern ?? "" },
  }),
  parse(answer, args) {
    const facts = factsOf(answer);
    const manager = facts.get("manager");
    if (manager === "systemd") return { manager, unit: parseUnit(answer, unitArgs(args)) };
    if (!facts.flag("exists")) throw new ModuleError(`Could not find the requested service ${args.name}: host`, { name: args.name });
    return { manager, unit: undefined, isRunning: facts.flag("running"), isEnabled: facts.flag("enabled") };
  },
  plan(current, args): readonly Change[] {
    if (current.unit !== undefined) return planUnit(current.unit, unitArgs(args));
    const action = actionOf(current.isRunning, args);
    return [
      ...(args.enabled === undefined || args.enabled === current.isEnabled ? [] : [{ key: "enabled", from: current.isEnabled, to: args.enabled }]),
      ...(action === undefined ? [] : [{ key: "state", from: current.isRunning ? "started" : "stopped", to: args.state! }]),
    ];
  },
  left(after, args, before) {
    if (after.unit !== undefined && before.unit !== undefined) return leftOfUnit(after.unit, unitArgs(args), before.unit);
    const isAct = args.state === "restarted" || args.state === "reloaded";
    return service.plan(after, args).filter(({ key, from }) => !(key === "state" && isAct && from === "started"));
  },
  apply(changes, current, args): Script {
    if (current.unit !== undefined) return applyUnit(changes, current.unit, unitArgs(args));
    const enabled = changes.find(({ key }) => key === "enabled")?.to;
    return {
      text: readScript(import.meta.url, "apply.sh", "facts"),
      vars: {
        manager: current.manager,
        unit: args.name,
        enable: enabled === undefined ? "" : enabled === true ? "1" : "0",
        action: changes.some(({ key }) => key === "state") ? actionOf(current.isRunning, args)! : "",
        pause: args.sleep === undefined ? "" : String(args.sleep),
        arguments: splitCommand(args.arguments).map(quote).join(" "),
        runlevel: args.runlevel,
      },
    };
  },
  result({ args, after, changes }) {
    if (after.unit !== undefined) return unitResult(unitArgs(args), after.unit, changes);
    return {
      name: args.name,
      ...(args.enabled === undefined ? {} : { enabled: args.enabled }),
      ...(args.state === undefined ? {} : { state: args.state === "stopped" ? "stopped" : "started" }),
    };
  },
  doc: {
    description: "Works on every host: by systemd where it runs, else by OpenRC or init scripts. `systemd` has what only systemd can do.",
    examples: `- service:
    name: ssh
    state: started
    enabled: true
`,
    returns: { state: "started or stopped", enabled: "as given", status: "with systemd: all properties of the unit" },
    differences: ["managers other than systemd, OpenRC and init scripts (the BSDs', Solaris', macOS') do not exist"],
  },
};

function unitArgs(args: ServiceArgs): UnitArgs {
  return { name: args.name, state: args.state, enabled: args.enabled, daemon_reload: false, daemon_reexec: false, scope: "system", no_block: false };
}

function actionOf(isRunning: boolean, args: ServiceArgs): "start" | "stop" | "restart" | "reload" | undefined {
  if (args.state === undefined) return undefined;
  if (args.state === "stopped") return isRunning ? "stop" : undefined;
  if (!isRunning) return "start";
  return args.state === "restarted" ? "restart" : args.state === "reloaded" ? "reload" : undefined;
}
