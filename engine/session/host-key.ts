import type { Failure } from "../source/failure.ts";
import { addKnownHost, entriesFor, fingerprint, judge, type KnownHost, keyType, knownName } from "./known-hosts.ts";
import type { SshSettings } from "./settings.ts";
import { messageOf, trouble } from "./trouble.ts";

export type HostKeyVerdict =
  | { readonly kind: "trusted" }
  | { readonly kind: "added"; readonly file: string; readonly fingerprint: string }
  /** StrictHostKeyChecking=no and another key than the known one: go on, but hand no password to whoever this is. */
  | { readonly kind: "mismatch-allowed" }
  | { readonly kind: "refused"; readonly failure: Failure };

/** Decides about the host's key, and remembers a new one where that is wanted. */
export function checkHostKey(settings: SshSettings, key: Buffer): HostKeyVerdict {
  try {
    return decide(settings, key);
  } catch (error) {
    return {
      kind: "refused",
      failure: trouble(settings.name, "known-hosts", `the known_hosts files cannot be used: ${messageOf(error)}`, {
        cause: error,
        hint: "look at their permissions",
      }),
    };
  }
}

function decide(settings: SshSettings, key: Buffer): HostKeyVerdict {
  const { host, port, hostKeyChecking: checking } = settings;
  const name = knownName(host, port, settings.hostKeyAlias);
  const verdict = judge(key, entriesFor(name, [...settings.userKnownHosts, ...settings.globalKnownHosts]));
  const offered = `${keyType(key)} ${fingerprint(key)}`;
  switch (verdict.kind) {
    case "known":
      return { kind: "trusted" };
    case "revoked":
      return refused(
        settings,
        "host-key-revoked",
        `the host's key is revoked: ${offered}, marked @revoked in ${placeOf(verdict.by)}`,
        "do not connect; the key was given up because somebody else may have it",
      );
    case "changed": {
      if (checking === "no") return { kind: "mismatch-allowed" };
      const old = verdict.old.map((entry) => `${entry.type} ${fingerprint(entry.key)} (${placeOf(entry)})`).join(", ");
      const isOtherType = verdict.old.every(({ type }) => type !== keyType(key));
      return refused(
        settings,
        "host-key-changed",
        `THE HOST KEY HAS CHANGED. ${name} shows ${offered}, but is known by ${old}${isOtherType ? " (keys of other types, which it no longer offers)" : ""}. Either the host was set up anew, or somebody is in between`,
        `only if you know why: ssh-keygen -R ${JSON.stringify(name)} -f ${verdict.old[0]!.file}`,
      );
    }
    case "unknown": {
      const [file] = settings.userKnownHosts;
      if (checking === "no" || checking === "accept-new") {
        if (file === undefined || file === "/dev/null") return { kind: "trusted" };
        try {
          addKnownHost(file, name, key, settings.hashKnownHosts);
        } catch (error) {
          if (checking === "no") return { kind: "trusted" };
          throw error;
        }
        return { kind: "added", file, fingerprint: offered };
      }
      const scan = `ssh-keyscan ${port === 22 ? "" : `-p ${port} `}${host} >> ${file ?? "~/.ssh/known_hosts"}`;
      const authority =
        verdict.authority === undefined
          ? ""
          : `; ${placeOf(verdict.authority)} trusts it through a certificate authority (@cert-authority), which tsplay does not support: the host's own key is needed`;
      return refused(
        settings,
        "host-key-unknown",
        `the host's key is not known: ${name} shows ${offered}${authority}`,
        `compare the fingerprint with the host's, then run: ${scan}; or set StrictHostKeyChecking=accept-new`,
      );
    }
  }
}

/** The algorithms to offer, those of keys that are known for this host first, so that the host shows one we can check. */
export function hostKeyAlgorithms(settings: SshSettings): string[] {
  const known: string[] = [];
  try {
    const name = knownName(settings.host, settings.port, settings.hostKeyAlias);
    for (const { marker, type } of entriesFor(name, [...settings.userKnownHosts, ...settings.globalKnownHosts])) {
      if (marker === "") known.push(...(type === "ssh-rsa" ? RSA : [type]));
    }
  } catch {
    // the check of the key says what is wrong with the file
  }
  return [...new Set([...known.filter((type) => ALL.includes(type)), ...ALL])];
}

const RSA = ["rsa-sha2-512", "rsa-sha2-256"];
const ALL = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", ...RSA];

function refused(settings: SshSettings, code: string, message: string, hint: string): HostKeyVerdict {
  return { kind: "refused", failure: trouble(settings.name, code, message, { hint }) };
}

function placeOf(entry: KnownHost): string {
  return `${entry.file}:${entry.line}`;
}
