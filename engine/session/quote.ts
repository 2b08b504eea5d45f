import { Failure } from "../source/failure.ts";

/** `text` as one word of sh, csh and fish. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

// bash refuses to assign these, in the middle of the script and with a message that names no cause
const READ_ONLY = new Set(["UID", "EUID", "PPID", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO", "LINENO"]);

/**
 * Assignments of `values`, one sh command each.
 * @param prefix "export " for environment variables
 * @throws Failure `bad-variable` for a name that is none of sh's, `nul-byte` for a value that sh cannot hold
 */
export function assignments(values: Readonly<Record<string, string>> | undefined, prefix: "" | "export "): string {
  if (values === undefined) return "";
  let text = "";
  for (const [name, value] of Object.entries(values)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new Failure(`${JSON.stringify(name)} cannot be the name of a shell variable`, {
        code: "bad-variable",
        fault: "playbook",
        hint: "use letters, digits and underscores, and begin with a letter",
      });
    }
    if (READ_ONLY.has(name)) {
      throw new Failure(`the shell variable ${name} cannot be set: bash keeps it read-only`, {
        code: "bad-variable",
        fault: "playbook",
        hint: "choose another name",
      });
    }
    refuseNul(value, `the value of ${name}`);
    text += `${prefix}${name}=${quote(value)};`;
  }
  return text;
}

/** @throws Failure `nul-byte`: sh cannot hold that byte in text */
export function refuseNul(text: string, what: string): void {
  if (text.includes("\0")) {
    throw new Failure(`${what} holds a NUL byte, which no shell variable or script can hold`, {
      code: "nul-byte",
      fault: "playbook",
      hint: "hand binary data over on stdin",
    });
  }
}

/** Bytes without NUL as a quoted word. */
export function quoteBytes(bytes: Buffer): Buffer {
  return Buffer.from(`'${bytes.toString("latin1").replaceAll("'", "'\\''")}'`, "latin1");
}

/** Any bytes as one printable line, single quotes among them escaped, for `printf %b`. */
export function escapeBytes(bytes: Buffer): string {
  let line = "";
  for (const byte of bytes) {
    line += byte >= 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x27 ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, "0")}`;
  }
  return line;
}
