import { ModuleError } from "../../contract.ts";
import { args, type ArgsOf, boolean, choice, integer, list, path, string } from "../../schema.ts";

export const aptSchema = args(
  {
    name: list("Packages: `nginx`, `nginx=1.22*`, `nginx>=1.22`, `libc6:i386`, or a pattern.", { aliases: ["package", "pkg"] }),
    state: choice("What they shall be.", ["present", "latest", "absent", "build-dep", "fixed"], { default: "present" }),
    update_cache: boolean("Fetch the package lists first.", { aliases: ["update-cache"] }),
    cache_valid_time: integer("Seconds for which fetched lists are new enough; giving it asks for update_cache.", { default: 0 }),
    update_cache_retries: integer("How often fetching the lists is tried.", { default: 5 }),
    update_cache_retry_max_delay: integer("Longest pause between two tries, in seconds.", { default: 12 }),
    upgrade: choice("Upgrade what is installed: `yes` and `safe` remove nothing, `full` and `dist` may.", ["no", "yes", "safe", "full", "dist"], {
      default: "no",
    }),
    deb: path("A package file on the host, or its URL."),
    default_release: string("The release to take packages from.", { aliases: ["default-release"] }),
    install_recommends: boolean("Install recommended packages too; the host's own setting when not given.", { aliases: ["install-recommends"] }),
    only_upgrade: boolean("Touch only what is installed already.", { default: false }),
    purge: boolean("Delete configuration files of removed packages too.", { default: false }),
    autoremove: boolean("Remove dependencies that nothing needs any more.", { default: false }),
    fail_on_autoremove: boolean("Fail when anything would be removed.", { default: false }),
    autoclean: boolean("Delete package files that can no longer be downloaded.", { default: false }),
    clean: boolean("Delete all downloaded package files.", { default: false }),
    force: boolean("Allow all that apt asks about: downgrades, removal of essential packages, missing signatures.", { default: false }),
    allow_unauthenticated: boolean("Accept packages without a valid signature.", { default: false, aliases: ["allow-unauthenticated"] }),
    allow_downgrade: boolean("Accept an older version.", { default: false, aliases: ["allow-downgrade", "allow_downgrades", "allow-downgrades"] }),
    allow_change_held_packages: boolean("Change packages that are on hold.", { default: false }),
    dpkg_options: string("Options for dpkg, separated by commas.", { default: "force-confdef,force-confold" }),
    policy_rc_d: integer("Exit status of policy-rc.d meanwhile: 101 keeps services from starting."),
    lock_timeout: integer("Seconds to wait for another apt or dpkg.", { default: 60 }),
    force_apt_get: boolean("Has no effect: apt-get is always used.", { default: false }),
    auto_install_module_deps: boolean("Has no effect: nothing is needed on the host.", { default: true }),
  },
  { mutuallyExclusive: [["deb", "name", "upgrade"]], requiredOneOf: [["autoremove", "deb", "name", "update_cache", "upgrade"]] },
);

export type AptArgs = ArgsOf<typeof aptSchema>;

export interface Spec {
  readonly text: string;
  readonly name: string;
  /** The name without its architecture. */
  readonly bare: string;
  readonly arch: string | undefined;
  readonly operator: "=" | ">=" | undefined;
  readonly version: string | undefined;
  readonly isPattern: boolean;
}

/** @throws ModuleError for what is no package */
export function specsOf(args: AptArgs): Spec[] {
  return (args.name ?? [])
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "*")
    .map((text) => {
      const match = /^([^=><\s]+?)\s*(?:(>?=)\s*([^=\s]+))?$/.exec(text);
      if (match === null) throw new ModuleError(`invalid package spec: ${text}`);
      const [bare, arch] = match[1]!.split(":");
      return { text, name: match[1]!, bare: bare!, arch, operator: match[2] as Spec["operator"], version: match[3], isPattern: /[*?[\]]/.test(match[1]!) };
    });
}

/** `name: "*"` with state latest stands for an upgrade of everything. */
export function upgradeOf(args: AptArgs): "yes" | "dist" | undefined {
  if (args.upgrade === "yes" || args.upgrade === "safe") return "yes";
  if (args.upgrade === "full" || args.upgrade === "dist") return "dist";
  return args.state === "latest" && (args.name ?? []).includes("*") ? "yes" : undefined;
}

/** Whether the package lists are to be fetched if they are old. */
export function wantsUpdate(args: AptArgs): boolean {
  return args.update_cache === true || args.cache_valid_time > 0;
}
