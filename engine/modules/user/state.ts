import type { Answer } from "../../session/contract.ts";
import { factsOf } from "../parts/facts.ts";

export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The user's line of /etc/passwd. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
  readonly hasHome: boolean;
}

/** The user's line of /etc/shadow, in days; null is empty. */
export interface Aging {
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly warning: number | null;
  readonly inactive: number | null;
  readonly expiry: number | null;
  readonly isLocked: boolean;
  readonly password: "none" | "same" | "other";
}

export interface UserState {
  readonly tools: "shadow" | "libuser" | "busybox";
  readonly account: Account | undefined;
  /** Undefined when there is no line, or the login user may not read it. */
  readonly aging: Aging | undefined;
  readonly groups: readonly GroupEntry[];
  readonly hostname: string;
  readonly keyPath: string | undefined;
  readonly keyFingerprint: string | undefined;
  readonly keyPublic: string | undefined;
}

export function parseUser(answer: Answer): UserState {
  const facts = factsOf(answer);
  const passwd = facts.maybe("passwd");
  const shadow = facts.maybe("shadow");
  return {
    tools: facts.get("tools") as UserState["tools"],
    account: passwd === undefined ? undefined : accountOf(passwd, facts.flag("is_home")),
    aging: shadow === undefined ? undefined : { ...agingOf(shadow), isLocked: facts.flag("locked"), password: facts.get("password") as Aging["password"] },
    groups: [...groupsOf(facts.bytes.toString("utf8")), ...foreignGroups(answer)],
    hostname: facts.maybe("hostname") ?? "",
    keyPath: facts.maybe("key_path"),
    keyFingerprint: facts.maybe("key"),
    keyPublic: facts.maybe("key_public"),
  };
}

function accountOf(line: string, hasHome: boolean): Account {
  const [uid, gid, comment, home, shell] = line.split(":");
  return { uid: Number(uid), gid: Number(gid), comment: comment ?? "", home: home ?? "", shell: shell ?? "", hasHome };
}

function agingOf(line: string): Omit<Aging, "isLocked" | "password"> {
  const days = line.split(":").map((field) => (field === "" ? null : Number(field)));
  return { minimum: days[0] ?? null, maximum: days[1] ?? null, warning: days[2] ?? null, inactive: days[3] ?? null, expiry: days[4] ?? null };
}

function groupsOf(text: string): GroupEntry[] {
  return text
    .split("\n")
    .filter((line) => line.includes(":"))
    .map((line) => {
      const [name, , gid, members] = line.split(":");
      return { name: name!, gid: Number(gid), members: (members ?? "").split(",").filter((member) => member !== "") };
    });
}

// groups of a directory service that were asked for by name
function foreignGroups(answer: Answer): GroupEntry[] {
  const records = answer.stdout.toString("utf8").split("\0bytes=")[0]!.split("\0");
  return records.flatMap((record) => {
    const match = /^group\.(.*?)=(\d+)$/s.exec(record);
    return match === null ? [] : [{ name: match[1]!, gid: Number(match[2]), members: [] }];
  });
}
