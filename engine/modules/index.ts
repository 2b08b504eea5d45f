import type { Module } from "./contract.ts";

/** Every module by its short name; a module's code is loaded when a play first names it. */
export const modules: Readonly<Record<string, () => Promise<Module>>> = {
  add_host: () => import("./add_host/add_host.ts").then((m) => ({ kind: "controller", module: m.addHost })),
  alternatives: () => import("./alternatives/alternatives.ts").then((m) => ({ kind: "host", module: m.alternatives })),
  apt: () => import("./apt/apt.ts").then((m) => ({ kind: "host", module: m.apt })),
  apt_key: () => import("./apt_key/apt_key.ts").then((m) => ({ kind: "host", module: m.aptKey })),
  apt_repository: () => import("./apt_repository/apt_repository.ts").then((m) => ({ kind: "host", module: m.aptRepository })),
  assemble: () => import("./assemble/assemble.ts").then((m) => ({ kind: "host", module: m.assemble })),
  assert: () => import("./assert/assert.ts").then((m) => ({ kind: "controller", module: m.assert })),
  async_status: () => import("./async_status/async_status.ts").then((m) => ({ kind: "host", module: m.asyncStatus })),
  authorized_key: () => import("./authorized_key/authorized_key.ts").then((m) => ({ kind: "host", module: m.authorizedKey })),
  blockinfile: () => import("./blockinfile/blockinfile.ts").then((m) => ({ kind: "host", module: m.blockinfile })),
  command: () => import("./command/command.ts").then((m) => ({ kind: "host", module: m.command })),
  copy: () => import("./copy/copy.ts").then((m) => ({ kind: "host", module: m.copy })),
  cron: () => import("./cron/cron.ts").then((m) => ({ kind: "host", module: m.cron })),
  deb822_repository: () => import("./deb822_repository/deb822_repository.ts").then((m) => ({ kind: "host", module: m.deb822Repository })),
  debconf: () => import("./debconf/debconf.ts").then((m) => ({ kind: "host", module: m.debconf })),
  debug: () => import("./debug/debug.ts").then((m) => ({ kind: "controller", module: m.debug })),
  dpkg_selections: () => import("./dpkg_selections/dpkg_selections.ts").then((m) => ({ kind: "host", module: m.dpkgSelections })),
  fail: () => import("./fail/fail.ts").then((m) => ({ kind: "controller", module: m.fail })),
  fetch: () => import("./fetch/fetch.ts").then((m) => ({ kind: "host", module: m.fetch })),
  file: () => import("./file/file.ts").then((m) => ({ kind: "host", module: m.file })),
  find: () => import("./find/find.ts").then((m) => ({ kind: "host", module: m.find })),
  get_url: () => import("./get_url/get_url.ts").then((m) => ({ kind: "host", module: m.getUrl })),
  getent: () => import("./getent/getent.ts").then((m) => ({ kind: "host", module: m.getent })),
  git: () => import("./git/git.ts").then((m) => ({ kind: "host", module: m.git })),
  group: () => import("./group/group.ts").then((m) => ({ kind: "host", module: m.group })),
  group_by: () => import("./group_by/group_by.ts").then((m) => ({ kind: "controller", module: m.groupBy })),
  hostname: () => import("./hostname/hostname.ts").then((m) => ({ kind: "host", module: m.hostname })),
  include_role: () => import("./include_role/include_role.ts").then((m) => ({ kind: "controller", module: m.includeRole })),
  include_tasks: () => import("./include_tasks/include_tasks.ts").then((m) => ({ kind: "controller", module: m.includeTasks })),
  include_vars: () => import("./include_vars/include_vars.ts").then((m) => ({ kind: "controller", module: m.includeVars })),
  ini_file: () => import("./ini_file/ini_file.ts").then((m) => ({ kind: "host", module: m.iniFile })),
  iptables: () => import("./iptables/iptables.ts").then((m) => ({ kind: "host", module: m.iptables })),
  k8s: () => import("./k8s/k8s.ts").then((m) => ({ kind: "api", module: m.k8s })),
  k8s_drain: () => import("./k8s_drain/k8s_drain.ts").then((m) => ({ kind: "api", module: m.k8sDrain })),
  k8s_exec: () => import("./k8s_exec/k8s_exec.ts").then((m) => ({ kind: "api", module: m.k8sExec })),
  k8s_info: () => import("./k8s_info/k8s_info.ts").then((m) => ({ kind: "api", module: m.k8sInfo })),
  k8s_scale: () => import("./k8s_scale/k8s_scale.ts").then((m) => ({ kind: "api", module: m.k8sScale })),
  known_hosts: () => import("./known_hosts/known_hosts.ts").then((m) => ({ kind: "host", module: m.knownHosts })),
  lineinfile: () => import("./lineinfile/lineinfile.ts").then((m) => ({ kind: "host", module: m.lineinfile })),
  locale_gen: () => import("./locale_gen/locale_gen.ts").then((m) => ({ kind: "host", module: m.localeGen })),
  meta: () => import("./meta/meta.ts").then((m) => ({ kind: "controller", module: m.meta })),
  modprobe: () => import("./modprobe/modprobe.ts").then((m) => ({ kind: "host", module: m.modprobe })),
  mount: () => import("./mount/mount.ts").then((m) => ({ kind: "host", module: m.mount })),
  package: () => import("./package/package.ts").then((m) => ({ kind: "host", module: m.packageModule })),
  package_facts: () => import("./package_facts/package_facts.ts").then((m) => ({ kind: "host", module: m.packageFacts })),
  pause: () => import("./pause/pause.ts").then((m) => ({ kind: "controller", module: m.pause })),
  ping: () => import("./ping/ping.ts").then((m) => ({ kind: "host", module: m.ping })),
  pip: () => import("./pip/pip.ts").then((m) => ({ kind: "host", module: m.pip })),
  raw: () => import("./raw/raw.ts").then((m) => ({ kind: "host", module: m.raw })),
  reboot: () => import("./reboot/reboot.ts").then((m) => ({ kind: "host", module: m.reboot })),
  replace: () => import("./replace/replace.ts").then((m) => ({ kind: "host", module: m.replace })),
  script: () => import("./script/script.ts").then((m) => ({ kind: "host", module: m.script })),
  service: () => import("./service/service.ts").then((m) => ({ kind: "host", module: m.service })),
  service_facts: () => import("./service_facts/service_facts.ts").then((m) => ({ kind: "host", module: m.serviceFacts })),
  set_fact: () => import("./set_fact/set_fact.ts").then((m) => ({ kind: "controller", module: m.setFact })),
  set_stats: () => import("./set_stats/set_stats.ts").then((m) => ({ kind: "controller", module: m.setStats })),
  setup: () => import("./setup/setup.ts").then((m) => ({ kind: "host", module: m.setup })),
  shell: () => import("./shell/shell.ts").then((m) => ({ kind: "host", module: m.shell })),
  slurp: () => import("./slurp/slurp.ts").then((m) => ({ kind: "host", module: m.slurp })),
  stat: () => import("./stat/stat.ts").then((m) => ({ kind: "host", module: m.stat })),
  sysctl: () => import("./sysctl/sysctl.ts").then((m) => ({ kind: "host", module: m.sysctl })),
  systemd: () => import("./systemd/systemd.ts").then((m) => ({ kind: "host", module: m.systemd })),
  tempfile: () => import("./tempfile/tempfile.ts").then((m) => ({ kind: "host", module: m.tempfile })),
  template: () => import("./template/template.ts").then((m) => ({ kind: "host", module: m.template })),
  timezone: () => import("./timezone/timezone.ts").then((m) => ({ kind: "host", module: m.timezone })),
  unarchive: () => import("./unarchive/unarchive.ts").then((m) => ({ kind: "host", module: m.unarchive })),
  uri: () => import("./uri/uri.ts").then((m) => ({ kind: "host", module: m.uri })),
  user: () => import("./user/user.ts").then((m) => ({ kind: "host", module: m.user })),
  validate_argument_spec: () =>
    import("./validate_argument_spec/validate_argument_spec.ts").then((m) => ({ kind: "controller", module: m.validateArgumentSpec })),
  wait_for: () => import("./wait_for/wait_for.ts").then((m) => ({ kind: "host", module: m.waitFor })),
  wait_for_connection: () => import("./wait_for_connection/wait_for_connection.ts").then((m) => ({ kind: "host", module: m.waitForConnection })),
};

/** Other names for the same module. */
export const moduleAliases: Readonly<Record<string, string>> = {
  systemd_service: "systemd",
  gather_facts: "setup",
};

/** The short names of all modules, sorted. */
export const moduleNames: readonly string[] = Object.keys(modules).sort();

const prefix = /^(?:ansible\.builtin\.|ansible\.legacy\.|kubernetes\.core\.(?=k8s))/;

/**
 * The module's short name for any way of writing it (`ansible.builtin.copy`, `systemd_service`), whether or not it exists.
 */
export function shortName(name: string): string {
  const short = name.replace(prefix, "");
  return Object.hasOwn(moduleAliases, short) ? moduleAliases[short]! : short;
}

/** The name with the collection that Ansible has it in. */
export function fullName(short: string): string {
  return `${/^k8s(_|$)/.test(short) ? "kubernetes.core" : "ansible.builtin"}.${short}`;
}

/** Loads a module by any of its names; undefined when there is none. */
export async function loadModule(name: string): Promise<Module | undefined> {
  const short = shortName(name);
  if (!Object.hasOwn(modules, short)) return undefined;
  const module = loaded.get(short) ?? (await modules[short]!());
  loaded.set(short, module);
  return module;
}

/** The module, if it has been loaded: nobody need wait for what is there. */
export function loadedModule(name: string): Module | undefined {
  return loaded.get(shortName(name));
}

const loaded = new Map<string, Module>();
