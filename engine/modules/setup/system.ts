import { assignments, type Sections } from "./sections.ts";

type Facts = Record<string, unknown>;

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  Debian: ["debian", "ubuntu", "raspbian", "linuxmint", "kali", "pop", "devuan", "neon", "parrot", "deepin"],
  RedHat: ["rhel", "centos", "fedora", "rocky", "almalinux", "ol", "amzn", "scientific", "virtuozzo", "cloudlinux"],
  Suse: ["sles", "sled", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "suse"],
  Archlinux: ["arch", "manjaro", "archarm", "endeavouros"],
  Alpine: ["alpine"],
  Gentoo: ["gentoo"],
  NixOS: ["nixos"],
};

const NAMES: Readonly<Record<string, string>> = {
  debian: "Debian",
  ubuntu: "Ubuntu",
  rhel: "RedHat",
  centos: "CentOS",
  fedora: "Fedora",
  rocky: "Rocky",
  almalinux: "AlmaLinux",
  ol: "OracleLinux",
  amzn: "Amazon",
  sles: "SLES",
  "opensuse-leap": "openSUSE Leap",
  "opensuse-tumbleweed": "openSUSE Tumbleweed",
  arch: "Archlinux",
  alpine: "Alpine",
  linuxmint: "Linux Mint",
  raspbian: "Debian",
  gentoo: "Gentoo",
  kali: "Kali",
};

/** Distribution, kernel, names, user, clock: the facts that are always there. */
export function systemFacts(sections: Sections): Facts {
  const hostname = sections.text("kernel/hostname");
  const fqdn = sections.text("fqdn").trim() || hostname;
  const machine = sections.text("machine").trim();
  const short = hostname.split(".")[0]!;
  const userspaceBits = machine.includes("64") || machine === "s390x" ? "64" : "32";
  return {
    ...distributionFacts(sections),
    system: sections.text("kernel/ostype") || "Linux",
    kernel: sections.text("kernel/osrelease"),
    kernel_version: sections.text("kernel/version"),
    machine,
    architecture: machine,
    userspace_bits: userspaceBits,
    userspace_architecture: machine,
    nodename: hostname,
    hostname: short,
    fqdn,
    domain: fqdn.includes(".") ? fqdn.slice(fqdn.indexOf(".") + 1) : "",
    machine_id: sections.text("etc/machine-id"),
    cmdline: commandLine(sections.text("cmdline")),
    proc_cmdline: commandLine(sections.text("cmdline")),
    ...managers(sections),
    ...userFacts(sections),
    date_time: clock(sections.lines("date")),
    env: environment(sections.lines("env")),
    dns: resolver(sections.lines("resolv")),
    ...hostKeys(sections),
    ...pythonFacts(sections.lines("python")),
    is_chroot: false,
    fips: false,
  };
}

/** Roles choose packages by these; a host without Python has none of them. */
function pythonFacts([executable, version]: readonly string[]): Facts {
  const numbers = /^Python (\d+)\.(\d+)\.(\d+)/
    .exec(version ?? "")
    ?.slice(1)
    .map(Number);
  if (executable === undefined || numbers === undefined) return {};
  const [major, minor, micro] = numbers;
  return {
    python_version: numbers.join("."),
    python: {
      executable,
      has_sslcontext: true,
      type: "cpython",
      version: { major, minor, micro, releaselevel: "final", serial: 0 },
      version_info: [...numbers, "final", 0],
    },
  };
}

function distributionFacts(sections: Sections): Facts {
  const release = assignments(sections.lines("etc/os-release"));
  const lsb = assignments(sections.lines("etc/lsb-release"));
  const id = (release["ID"] ?? "").toLowerCase();
  const like = [id, ...(release["ID_LIKE"] ?? "").toLowerCase().split(" ")];
  const family = Object.keys(FAMILIES).find((name) => like.some((word) => FAMILIES[name]!.includes(word)));
  const distribution = NAMES[id] ?? release["NAME"] ?? "Linux";
  let version = release["VERSION_ID"] ?? sections.text("etc/alpine-release");
  // Debian's os-release has the major version only; debian_version has both, or a code name on testing
  if (id === "debian" && /^\d/.test(sections.text("etc/debian_version"))) version = sections.text("etc/debian_version");
  const codename = release["VERSION_CODENAME"] ?? lsb["DISTRIB_CODENAME"] ?? "";
  const major = version.split(".")[0] || "NA";
  return {
    distribution,
    distribution_version: id === "ubuntu" ? (release["VERSION_ID"] ?? version) : version || "NA",
    distribution_major_version: major,
    distribution_minor_version: version.split(".")[1],
    distribution_release: codename || "NA",
    distribution_file_path: "/etc/os-release",
    distribution_file_variety: family ?? distribution,
    distribution_file_parsed: true,
    os_family: family ?? distribution,
    lsb:
      Object.keys(lsb).length === 0
        ? {}
        : {
            id: lsb["DISTRIB_ID"],
            release: lsb["DISTRIB_RELEASE"],
            codename: lsb["DISTRIB_CODENAME"],
            description: lsb["DISTRIB_DESCRIPTION"],
            major_release: lsb["DISTRIB_RELEASE"]?.split(".")[0],
          },
  };
}

const PACKAGE_MANAGERS: readonly (readonly [string, string])[] = [
  ["/usr/bin/apt-get", "apt"],
  ["/usr/bin/dnf5", "dnf5"],
  ["/usr/bin/dnf", "dnf"],
  ["/usr/bin/yum", "yum"],
  ["/usr/bin/zypper", "zypper"],
  ["/sbin/apk", "apk"],
  ["/usr/bin/pacman", "pacman"],
];

function managers(sections: Sections): Facts {
  const exists = new Set(sections.lines("exists"));
  const init = sections.text("init").trim();
  const service = exists.has("/run/systemd/system") ? "systemd" : exists.has("/sbin/openrc") ? "openrc" : init === "init" ? "sysvinit" : init || "service";
  return {
    pkg_mgr: PACKAGE_MANAGERS.find(([path]) => exists.has(path))?.[1] ?? "unknown",
    service_mgr: service,
    selinux: { status: exists.has("/sys/fs/selinux/enforce") ? "enabled" : "disabled" },
    selinux_python_present: false,
    apparmor: { status: exists.has("/sys/kernel/security/apparmor") ? "enabled" : "disabled" },
    system_capabilities_enforced: "NA",
    system_capabilities: [],
  };
}

function userFacts(sections: Sections): Facts {
  const [name = "", uid = "0", gid = "0"] = sections.text("id").trim().split(" ");
  const [, , , , gecos = "", home = "", shell = ""] = (sections.lines("passwd")[0] ?? "").split(":");
  return {
    user_id: name,
    user_uid: Number(uid),
    user_gid: Number(gid),
    user_gecos: gecos,
    user_dir: home,
    user_shell: shell,
    real_user_id: Number(uid),
    effective_user_id: Number(uid),
    real_group_id: Number(gid),
    effective_group_id: Number(gid),
  };
}

function clock(lines: readonly string[]): Facts {
  const [local = "", utc = ""] = lines;
  const [year, month, day, hour, minute, second, epoch, nanos, zone, offset, weekday, weekdayNumber, week] = local.split("|");
  const [uy, um, ud, uh, umi, us] = utc.split("|");
  const micros = /^\d+$/.test(nanos ?? "") ? nanos!.slice(0, 6).padEnd(6, "0") : "000000";
  return {
    year,
    month,
    weekday,
    weekday_number: weekdayNumber,
    weeknumber: week,
    day,
    hour,
    minute,
    second,
    epoch,
    epoch_int: epoch,
    date: `${year}-${month}-${day}`,
    time: `${hour}:${minute}:${second}`,
    iso8601_micro: `${uy}-${um}-${ud}T${uh}:${umi}:${us}.${micros}Z`,
    iso8601: `${uy}-${um}-${ud}T${uh}:${umi}:${us}Z`,
    iso8601_basic: `${year}${month}${day}T${hour}${minute}${second}${micros}`,
    iso8601_basic_short: `${year}${month}${day}T${hour}${minute}${second}`,
    tz: zone,
    tz_dst: zone,
    tz_offset: offset,
  };
}

function environment(lines: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of lines) {
    const match = /^([A-Za-z_]\w*)=(.*)$/.exec(line);
    if (match !== null) values[match[1]!] = match[2]!;
  }
  return values;
}

function commandLine(text: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const at = word.indexOf("=");
    if (at === -1) values[word] = true;
    else values[word.slice(0, at)] = word.slice(at + 1).replace(/^"(.*)"$/, "$1");
  }
  return values;
}

function resolver(lines: readonly string[]): Facts {
  const dns: { nameservers?: string[]; search?: string[]; domain?: string; options?: Record<string, unknown> } = {};
  for (const line of lines) {
    const [key, ...words] = line.trim().split(/\s+/);
    if (key === "nameserver") (dns.nameservers ??= []).push(words[0] ?? "");
    else if (key === "search") dns.search = words;
    else if (key === "domain") dns.domain = words[0] ?? "";
    else if (key === "options") dns.options = Object.fromEntries(words.map((word) => [word.split(":")[0]!, word.includes(":") ? word.split(":")[1]! : true]));
  }
  return dns;
}

function hostKeys(sections: Sections): Facts {
  const facts: Facts = {};
  for (const name of sections.names("key/")) {
    const kind = /ssh_host_(\w+)_key\.pub$/.exec(name)?.[1];
    const [type, key] = sections.text(name).split(" ");
    if (kind === undefined || key === undefined) continue;
    facts[`ssh_host_key_${kind}_public`] = key;
    facts[`ssh_host_key_${kind}_public_keytype`] = type;
  }
  return facts;
}
