import type { Change } from "../../contract.ts";
import { type AptArgs, specsOf, upgradeOf, wantsUpdate } from "./args.ts";
import type { AptState } from "./state.ts";

/** The words of apt-get -s that tell what an upgrade, a clean-up or build dependencies would bring; none for ordinary packages. */
export function simulation(args: AptArgs): string[] {
  const upgrade = upgradeOf(args);
  const names = specsOf(args).map((spec) => spec.text);
  const removal = args.purge ? ["--purge"] : [];
  if (upgrade !== undefined) return [...optionWords(args), ...(args.autoremove ? ["--auto-remove"] : []), ...upgradeWords(upgrade)];
  if (args.state === "build-dep") return names.length === 0 ? [] : [...optionWords(args), "build-dep", ...names];
  if (args.state === "fixed") return [...optionWords(args), "-f", "install"];
  if (names.length > 0 || args.deb !== undefined || args.state === "absent") return [];
  if (args.autoremove && !(wantsUpdate(args) && args.name === undefined)) return [...removal, "autoremove"];
  return args.autoclean ? ["autoclean"] : [];
}

function upgradeWords(upgrade: "yes" | "dist"): string[] {
  return upgrade === "dist" ? ["dist-upgrade"] : ["--with-new-pkgs", "upgrade"];
}

/** Options for apt-get and apt-cache that decide which versions are candidates. */
export function releaseWords(args: AptArgs): string[] {
  return args.default_release === undefined ? [] : ["-o", `APT::Default-Release=${args.default_release}`];
}

function optionWords(args: AptArgs): string[] {
  const recommends = args.install_recommends === undefined ? [] : ["-o", `APT::Install-Recommends=${args.install_recommends ? "yes" : "no"}`];
  return [...releaseWords(args), ...recommends];
}

function baseWords(args: AptArgs): string[] {
  const dpkg = args.dpkg_options
    .split(",")
    .filter((option) => option !== "")
    .flatMap((option) => ["-o", `Dpkg::Options::=--${option}`]);
  const words = ["apt-get", "-y", "-q", "-o", "Dpkg::Use-Pty=0", ...dpkg, "-o", `DPkg::Lock::Timeout=${args.lock_timeout}`, ...optionWords(args)];
  if (args.force || args.allow_unauthenticated) words.push("--allow-unauthenticated");
  if (args.force || args.allow_downgrade) words.push("--allow-downgrades");
  if (args.force || args.allow_change_held_packages) words.push("--allow-change-held-packages");
  if (args.force) words.push("--allow-remove-essential");
  if (args.fail_on_autoremove) words.push("--no-remove");
  if (args.autoremove) words.push("--auto-remove");
  return words;
}

/** The command lines that carry the changes out, in order; those for what only new lists can tell are among them. */
export function stepsOf(changes: readonly Change[], current: AptState, args: AptArgs, isUpdating: boolean): string[][] {
  const base = baseWords(args);
  const steps: string[][] = [];
  const upgrade = upgradeOf(args);
  if (changes.some(({ key }) => key === "archives")) steps.push(["apt-get", "clean"]);
  const rest = changes.filter(({ key }) => key !== "archives" && key !== "cache");
  if (rest.length === 0 && !isUpdating) return steps;
  if (upgrade !== undefined) return [...steps, [...base, ...upgradeWords(upgrade)]];
  if (current.deb !== undefined) return [...steps, [...base, "install", "\0deb"]];
  const specs = specsOf(args);
  if (args.state === "fixed") return [...steps, [...base, "-f", "install"]];
  if (args.state === "build-dep") return specs.length === 0 ? steps : [...steps, [...base, "build-dep", ...specs.map((spec) => spec.text)]];
  if (args.state === "absent") {
    const names = rest.map(({ key }) => key);
    return names.length === 0 ? steps : [...steps, [...base, ...(args.purge ? ["--purge"] : []), "remove", ...names]];
  }
  const operation = simulation(args).at(-1);
  if (specs.length === 0)
    return operation === undefined || rest.length === 0
      ? steps
      : [...steps, [...base.filter((word) => word !== "--auto-remove"), ...(args.purge ? ["--purge"] : []), operation]];
  const names = installNames(rest, args, isUpdating);
  return names.length === 0 ? steps : [...steps, [...base, ...(args.only_upgrade ? ["--only-upgrade"] : []), "install", ...names]];
}

function installNames(rest: readonly Change[], args: AptArgs, isUpdating: boolean): string[] {
  const specs = specsOf(args);
  const names = rest.map(({ key, to }) => {
    const spec = specs.find((one) => one.name === key);
    return spec?.version === undefined ? key : `${key}=${isUpdating && spec.operator === "=" ? spec.version : String(to)}`;
  });
  // new lists may know newer versions of what is the latest now
  const latest =
    args.state === "latest" && isUpdating
      ? specs.filter((spec) => !spec.isPattern && spec.version === undefined && !names.includes(spec.name)).map(({ name }) => name)
      : [];
  return [...names, ...latest];
}
