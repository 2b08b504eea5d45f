import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../source/failure.ts";
import { labFile, labHome } from "./place.ts";
import { capture } from "./process.ts";

/** The first three numbers of the lab's /24, for example `10.93.7`. */
export type Subnet = string;

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Short and unlike any other lab's: names of interfaces may have 15 bytes only. */
export function shortName(lab: string): string {
  return hashOf(`${labHome()}/${lab}`).toString("hex").slice(0, 6);
}

/**
 * The lab's bridge and /24 below 10.86.0.0 to 10.95.255.0, outside of the networks that a cluster has by default: the one its name
 * leads to, or the next that neither this machine nor another lab uses.
 * The caller holds the lock of the labs.
 */
export async function makeNetwork(folder: string, lab: string): Promise<Subnet> {
  const addresses = await capture("ip", ["-4", "-o", "address"]);
  const routes = await capture("ip", ["-4", "route", "show", "table", "all"]);
  const taken = `${addresses.stdout}\n${routes.stdout}\n${await subnetsOfLabs()}`;
  const start = hashOf(lab).readUInt32BE(0);
  const candidates = Array.from({ length: 2560 }, (_, index) => {
    const at = (start + index) % 2560;
    return `10.${86 + Math.floor(at / 256)}.${at % 256}`;
  });
  const subnet = candidates.find((candidate) => !taken.includes(`${candidate}.`));
  if (subnet === undefined) throw new Failure("no free /24 between 10.86.0.0 and 10.95.255.0 for the lab", { code: "lab-failed", fault: "usage" });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "subnet"), `${subnet}\n`);
  await writeFile(path.join(folder, "bridge"), `tsl-${shortName(lab)}\n`);
  await writeFile(path.join(folder, "name"), `${lab}\n`);
  const made = await capture("sh", [labFile("machine.sh"), "network", folder]);
  if (made.code !== 0) {
    throw new Failure(`the lab's network could not be made: ${made.stderr.trim()}`, {
      code: "lab-failed",
      fault: "usage",
      hint: "the machine must allow bridges and iptables rules (CAP_NET_ADMIN)",
    });
  }
  return subnet;
}

async function subnetsOfLabs(): Promise<string> {
  const labs = path.join(labHome(), "labs");
  const names = await readdir(labs).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(path.join(labs, name, "subnet"), "utf8").catch(() => "")));
  return texts.map((text) => `${text.trim()}.0\n`).join("");
}
