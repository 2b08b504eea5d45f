import type { Sections } from "./sections.ts";

type Facts = Record<string, unknown>;

/** Processors, memory, mounts, devices, firmware. */
export function hardwareFacts(sections: Sections): Facts {
  if (!sections.has("meminfo")) return {};
  const [load1 = "0", load5 = "0", load15 = "0"] = sections.text("loadavg").split(" ");
  return {
    ...processorFacts(sections.lines("cpuinfo")),
    ...memoryFacts(sections.lines("meminfo")),
    uptime_seconds: Math.floor(Number(sections.text("uptime").split(" ")[0] ?? 0)),
    loadavg: { "1m": Number(load1), "5m": Number(load5), "15m": Number(load15) },
    ...firmwareFacts(sections),
    mounts: mountFacts(sections),
    devices: deviceFacts(sections),
    device_links: {},
  };
}

function processorFacts(lines: readonly string[]): Facts {
  const processors: string[] = [];
  const sockets = new Set<string>();
  let count = 0;
  let cores = 1;
  let siblings = 1;
  const flags = /^(model name|vendor_id|Processor|cpu)\s*$/;
  for (const line of lines) {
    const [key = "", value = ""] = line.split(/\s*:\s?(.*)/s);
    if (key === "processor") {
      count += 1;
      processors.push(value);
    } else if (flags.test(key)) processors.push(value.trim());
    else if (key === "physical id") sockets.add(value);
    else if (key === "cpu cores") cores = Number(value);
    else if (key === "siblings") siblings = Number(value);
  }
  const socketCount = sockets.size || count || 1;
  const threads = Math.max(1, Math.floor(siblings / cores));
  return {
    processor: processors,
    processor_count: socketCount,
    processor_cores: cores,
    processor_threads_per_core: threads,
    processor_vcpus: sockets.size > 0 ? threads * socketCount * cores : count,
    processor_nproc: count,
  };
}

function memoryFacts(lines: readonly string[]): Facts {
  const kilobytes: Record<string, number> = {};
  for (const line of lines) {
    const match = /^([\w()]+):\s+(\d+)/.exec(line);
    if (match !== null) kilobytes[match[1]!] = Number(match[2]);
  }
  const megabytes = (name: string): number => Math.floor((kilobytes[name] ?? 0) / 1024);
  const [total, free, buffers, cached] = [megabytes("MemTotal"), megabytes("MemFree"), megabytes("Buffers"), megabytes("Cached")];
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: megabytes("SwapTotal"),
    swapfree_mb: megabytes("SwapFree"),
    memory_mb: {
      real: { total, used: total - free, free },
      nocache: { free: free + cached + buffers, used: total - (free + cached + buffers) },
      swap: {
        total: megabytes("SwapTotal"),
        free: megabytes("SwapFree"),
        used: megabytes("SwapTotal") - megabytes("SwapFree"),
        cached: megabytes("SwapCached"),
      },
    },
  };
}

function firmwareFacts(sections: Sections): Facts {
  const dmi = (name: string): string => sections.text(`dmi/${name}`).trim() || "NA";
  return {
    system_vendor: dmi("sys_vendor"),
    ...Object.fromEntries(
      [
        "product_name",
        "product_serial",
        "product_uuid",
        "product_version",
        "bios_date",
        "bios_vendor",
        "bios_version",
        "board_name",
        "board_vendor",
        "board_version",
        "chassis_vendor",
        "chassis_version",
      ].map((name) => [name, dmi(name)]),
    ),
    form_factor: "Other",
  };
}

function mountFacts(sections: Sections): Facts[] {
  const sizes = tableOf(sections.lines("df"));
  const inodes = tableOf(sections.lines("dfi"));
  const uuids = new Map(sections.lines("uuids").map((line) => [line.split(" ")[1] ?? "", line.split(" ")[0]!]));
  const facts: Facts[] = [];
  for (const line of sections.lines("mounts")) {
    const [device = "", point = "", fstype = "", options = "", dump = "0", passno = "0"] = line.split(" ").map(unescape);
    if (!device.startsWith("/") && !device.includes(":/") && fstype !== "overlay") continue;
    const size = sizes.get(point);
    const inode = inodes.get(point);
    facts.push({
      mount: point,
      device,
      fstype,
      options,
      dump: Number(dump),
      passno: Number(passno),
      uuid: uuids.get(device) ?? "N/A",
      ...(size === undefined
        ? {}
        : {
            size_total: size.total * 1024,
            size_available: size.available * 1024,
            block_size: 4096,
            block_total: Math.floor(size.total / 4),
            block_available: Math.floor(size.available / 4),
            block_used: Math.floor(size.used / 4),
          }),
      ...(inode === undefined ? {} : { inode_total: inode.total, inode_available: inode.available, inode_used: inode.used }),
    });
  }
  return facts;
}

interface Row {
  readonly total: number;
  readonly used: number;
  readonly available: number;
}

/** df's table by mount point. */
function tableOf(lines: readonly string[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const line of lines.slice(1)) {
    const match = /^.*?\s+(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+\S+\s+(\/.*)$/.exec(line);
    if (match !== null) rows.set(match[4]!, { total: Number(match[1]) || 0, used: Number(match[2]) || 0, available: Number(match[3]) || 0 });
  }
  return rows;
}

/** /proc/mounts writes blanks as \040. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function deviceFacts(sections: Sections): Record<string, Facts> {
  const devices: Record<string, Facts> = {};
  for (const name of sections.names("block/")) {
    const [, device = "", ...rest] = name.split("/");
    const entry = (devices[device] ??= {
      partitions: {},
      holders: [],
      links: { ids: [], uuids: [], labels: [], masters: [] },
      host: "",
      virtual: 1,
      scheduler_mode: "",
    });
    const value = sections.text(name).trim();
    const key = rest.join("/");
    if (key === "size") Object.assign(entry, { sectors: value, size: humanSize(Number(value) * 512) });
    else if (key === "removable") entry["removable"] = value;
    else if (key === "ro") entry["support_discard"] = "0";
    else if (key === "queue/rotational") entry["rotational"] = value;
    else if (key === "queue/hw_sector_size") entry["sectorsize"] = value;
    else if (key === "device/model") entry["model"] = value || null;
    else if (key === "device/vendor") entry["vendor"] = value || null;
  }
  for (const name of sections.names("part/")) {
    const [, device = "", part = "", key = ""] = name.split("/");
    const partitions = devices[device]?.["partitions"] as Record<string, Facts> | undefined;
    if (partitions === undefined) continue;
    const entry = (partitions[part] ??= { holders: [], uuid: null, sectorsize: 512 });
    const value = sections.text(name).trim();
    if (key === "size") Object.assign(entry, { sectors: value, size: humanSize(Number(value) * 512) });
    else entry["start"] = value;
  }
  return devices;
}

function humanSize(bytes: number): string {
  const units = ["Bytes", "KB", "MB", "GB", "TB", "PB"];
  let index = 0;
  let value = bytes;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  return `${value.toFixed(2)} ${units[index]}`;
}
