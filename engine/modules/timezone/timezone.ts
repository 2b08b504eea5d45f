import { type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, choice, string } from "../schema.ts";

const schema = args(
  {
    name: string("The zone, as below /usr/share/zoneinfo: Europe/Berlin."),
    hwclock: choice("Whether the hardware clock runs in UTC or local time.", ["UTC", "local"], { aliases: ["rtc"] }),
  },
  { requiredOneOf: [["name", "hwclock"]] },
);

export type TimezoneArgs = ArgsOf<typeof schema>;

export interface TimezoneState {
  readonly isKnown: boolean;
  readonly zone: string | null;
  /** Undefined where there is no /etc/timezone. */
  readonly file: string | undefined;
  readonly clock: string | undefined;
}

export const timezone: HostModule<TimezoneArgs, TimezoneState> = {
  name: "timezone",
  summary: "Sets the host's time zone",
  args: schema,
  check: (args) =>
    args.name === undefined || /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/.test(args.name) ? undefined : `not the name of a time zone: ${args.name}`,
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts"),
    vars: { name: args.name ?? "", ask_clock: args.hwclock === undefined ? "" : "1" },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    const link = facts.maybe("link");
    return { isKnown: facts.flag("is_known"), zone: link?.replace(/^.*zoneinfo\//, "") ?? null, file: facts.maybe("file"), clock: facts.maybe("clock") };
  },
  plan(current, args) {
    if (args.name !== undefined && !current.isKnown) {
      throw new ModuleError(
        `Tried to set timezone to ${args.name}, but /usr/share/zoneinfo/${args.name} is not there`,
        {},
        "look at the name, or install tzdata",
      );
    }
    const clock = args.hwclock?.toUpperCase();
    return [
      ...(args.name === undefined || current.zone === args.name ? [] : [{ key: "name", from: current.zone, to: args.name }]),
      ...(args.name === undefined || current.file === undefined || current.file === args.name ? [] : [{ key: "file", from: current.file, to: args.name }]),
      ...(clock === undefined || current.clock === clock ? [] : [{ key: "hwclock", from: current.clock ?? null, to: clock }]),
    ];
  },
  apply: (changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
    vars: {
      name: args.name ?? "",
      link: changes.some(({ key }) => key === "name") ? "1" : "",
      file: changes.some(({ key }) => key === "file") ? "1" : "",
      clock: changes.some(({ key }) => key === "hwclock") ? args.hwclock!.toUpperCase() : "",
    },
  }),
  doc: { examples: `- timezone:\n    name: Europe/Berlin\n`, differences: ["the files are set, without timedatectl"] },
};
