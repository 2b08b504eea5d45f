import { type HostModule, ModuleError } from "../contract.ts";
import { APT_RECORDS, applyApt, probeApt, resultApt } from "../parts/apt/apt.ts";
import { type AptArgs, aptSchema, specsOf } from "../parts/apt/args.ts";
import { planApt, planPackages } from "../parts/apt/plan.ts";
import { type AptState, parseApt } from "../parts/apt/state.ts";

export const apt: HostModule<AptArgs, AptState> = {
  name: "apt",
  summary: "Manages Debian packages",
  args: aptSchema,
  check(args) {
    if (args.deb !== undefined && args.state !== "present") return "deb only supports state=present";
    if (args.state === "latest" && (args.name ?? []).includes("*") && args.name!.length > 1)
      return "unable to install additional packages when upgrading all installed packages";
    try {
      specsOf(args);
    } catch (error) {
      if (error instanceof ModuleError) return error.message;
      throw error;
    }
    return undefined;
  },
  probe: probeApt,
  parse: parseApt,
  plan: planApt,
  left: (after, args) => planPackages(after, args),
  apply: applyApt,
  watched: APT_RECORDS,
  result: resultApt,
  doc: {
    description:
      "Installs, upgrades and removes packages. Installed packages are known from dpkg alone; apt is asked only about what is missing, wanted in a version, or wanted as the latest. " +
      "A change of the package lists counts as a change only where nothing else was asked for.",
    examples: `- name: A web server, with lists not older than an hour
  apt:
    name: [nginx, certbot]
    cache_valid_time: 3600

- name: A release of PostgreSQL
  apt:
    name: postgresql=15*
    install_recommends: false

- name: All upgrades
  apt:
    upgrade: dist
    update_cache: true
    autoremove: true
`,
    returns: {
      cache_updated: "whether the package lists are other than before",
      cache_update_time: "when they were fetched, in seconds since 1970",
      stdout: "what apt-get printed, when it ran",
      stderr: "what it complained",
    },
    differences: [
      "aptitude is never used",
      "clean: true is a change only when there are package files to delete",
      "after update_cache the folder of the lists is touched, so that cache_valid_time holds on hosts without update-notifier too",
    ],
  },
};
