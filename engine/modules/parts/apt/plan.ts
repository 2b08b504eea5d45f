import { type Change, ModuleError } from "../../contract.ts";
import { type AptArgs, type Spec, specsOf, wantsUpdate } from "./args.ts";
import type { AptState, Installed } from "./state.ts";
import { compareVersions, matches } from "./version.ts";

/** @throws ModuleError for packages that apt does not know, unless new lists are to be fetched first */
export function planApt(current: AptState, args: AptArgs): readonly Change[] {
  return [...planCache(current, args), ...planPackages(current, args)];
}

export function planCache(current: AptState, args: AptArgs): Change[] {
  const isOld = current.cacheAge !== undefined && (args.cache_valid_time === 0 || current.cacheAge > args.cache_valid_time);
  return wantsUpdate(args) && isOld ? [{ key: "cache", from: current.cacheTime, to: "updated" }] : [];
}

/** All that is left when the lists are taken as they are. */
export function planPackages(current: AptState, args: AptArgs): Change[] {
  const isUpdating = planCache(current, args).length > 0;
  if (current.refused !== undefined && !isUpdating) {
    throw new ModuleError(/^E: (.*)$/m.exec(current.refused)?.[1] ?? "apt-get refuses to work that out", { stderr: current.refused });
  }
  return [
    ...(args.clean && current.archives > 0 ? [{ key: "archives", from: current.archives, to: 0 }] : []),
    ...planDeb(current, args),
    ...current.simulated.map(({ name, from, to }) => ({ key: name, from, to })),
    ...planSpecs(current, args, isUpdating),
  ];
}

function planDeb(current: AptState, args: AptArgs): Change[] {
  const { deb } = current;
  if (deb === undefined) return [];
  const present = current.installed.find((one) => one.name === deb.name && one.status === "installed");
  if (present !== undefined && present.version === deb.version) return [];
  if (present !== undefined && compareVersions(present.version, deb.version) > 0 && !args.allow_downgrade && !args.force) {
    throw new ModuleError(`A later version is already installed: ${deb.name} ${present.version}`, {}, "say allow_downgrade: true to install the older one");
  }
  return [{ key: deb.name, from: present?.version ?? null, to: deb.version }];
}

function planSpecs(current: AptState, args: AptArgs, isUpdating: boolean): Change[] {
  if (args.state === "build-dep" || args.state === "fixed") return [];
  const changes = new Map<string, Change>();
  for (const spec of expanded(current, args)) {
    const change = args.state === "absent" ? planRemoval(current, args, spec) : planInstall(current, args, spec, isUpdating);
    if (change !== undefined) changes.set(change.key, change);
  }
  return [...changes.values()];
}

function expanded(current: AptState, args: AptArgs): Spec[] {
  return specsOf(args).flatMap((spec) => {
    if (!spec.isPattern) return [spec];
    const names = current.matches.get(spec.name) ?? [];
    if (names.length === 0 && args.state !== "absent") throw new ModuleError(`No package(s) matching '${spec.name}' available`);
    return names.map((name) => ({ ...spec, name, bare: name, isPattern: false }));
  });
}

function find(current: AptState, spec: Spec): Installed | undefined {
  const found = current.installed.filter((one) => one.name === spec.bare);
  if (spec.arch !== undefined)
    return found.find((one) => one.arch === spec.arch || one.arch === "all" || (spec.arch === "native" && one.arch === current.nativeArch));
  return found.find((one) => current.nativeArch === undefined || one.arch === current.nativeArch || one.arch === "all");
}

function planRemoval(current: AptState, args: AptArgs, spec: Spec): Change | undefined {
  const found = find(current, spec);
  if (found === undefined || found.status === "not-installed") return undefined;
  if (found.status === "config-files") return args.purge ? { key: spec.name, from: "config-files", to: null } : undefined;
  return { key: spec.name, from: found.version, to: null };
}

function planInstall(current: AptState, args: AptArgs, spec: Spec, isUpdating: boolean): Change | undefined {
  const found = find(current, spec);
  const has = found !== undefined && /^(installed|triggers-.*)$/.test(found.status) ? found.version : null;
  const policy = current.policies.get(spec.name) ?? current.policies.get(spec.bare);
  if (has === null && args.only_upgrade) return undefined;
  if (spec.version !== undefined) {
    const fits = (version: string): boolean => (spec.operator === "=" ? matches(version, spec.version!) : compareVersions(version, spec.version!) >= 0);
    if (has !== null && fits(has)) return undefined;
    const best = policy?.versions.find(fits);
    if (best !== undefined) return { key: spec.name, from: has, to: best };
    if (isUpdating) return { key: spec.name, from: has, to: spec.version };
    if (policy === undefined) throw unknownPackage(spec.name);
    throw new ModuleError(`no available installation candidate for ${spec.text}`, {}, `available: ${policy.versions.join(", ") || "nothing"}`);
  }
  if (has !== null) {
    const candidate = policy?.candidate ?? null;
    return args.state === "latest" && candidate !== null && candidate !== has ? { key: spec.name, from: has, to: candidate } : undefined;
  }
  const from = found !== undefined && found.status !== "config-files" && found.status !== "not-installed" ? found.status : null;
  if (policy !== undefined && policy.candidate !== null) return { key: spec.name, from, to: policy.candidate };
  const providers = current.providers.get(spec.name);
  if (providers !== undefined && providers.installed.length > 0) return undefined;
  if (providers !== undefined && providers.names.length === 1) return { key: spec.name, from, to: `provided by ${providers.names[0]}` };
  if (isUpdating) return { key: spec.name, from, to: "the newest version" };
  if (providers !== undefined && providers.names.length > 1) {
    throw new ModuleError(`'${spec.name}' is a virtual package, provided by: ${providers.names.join(", ")}`, {}, "name one of them");
  }
  throw unknownPackage(spec.name);
}

function unknownPackage(name: string): ModuleError {
  return new ModuleError(`No package matching '${name}' is available`, {}, "look at its name and at the host's sources, or say update_cache: true");
}
