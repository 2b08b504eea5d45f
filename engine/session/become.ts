import type { Become } from "./contract.ts";
import { escapeBytes, quote } from "./quote.ts";

/** How a process is started on the host: the command, and what to write to its stdin before anything else. */
export interface Launch {
  readonly command: string;
  readonly preamble: string;
  readonly become: Become | undefined;
  /** doas reads its password from a terminal and from nowhere else (see terminal.ts). */
  readonly terminalPassword: string | undefined;
  /** What sudo is told to ask for the password with. */
  readonly prompt: string;
}

export interface LaunchOptions {
  readonly become: Become | undefined;
  readonly shell: string;
  /** Random words: one to find the loader's line by (other users see it in ps), one for the prompt. */
  readonly word: string;
  readonly prompt: string;
  /** One line (see `streamedFrameLine`) for the loader to run; a held sh that reads commands from stdin when not given. */
  readonly line?: string | undefined;
  /** False for a sudo that knows no -p. */
  readonly hasPromptFlag?: boolean;
}

/**
 * The command for the login shell. Everything in it is fixed and no secret: the password, scripts and values go over stdin.
 *
 * Behind become stands a loader that drops lines until it finds its word. So the password can be sent at once, without waiting for a prompt: a
 * sudo that does not ask (NOPASSWD, root) leaves it to the loader, which drops it. `read` takes single bytes from a pipe, so what
 * follows the line is still there for the sh or the script.
 */
export function launchOf(options: LaunchOptions): Launch {
  const { become, shell, word, prompt } = options;
  if (become === undefined && options.line === undefined) return { command: `exec ${quote(shell)}`, preamble: "", become, terminalPassword: undefined, prompt };
  const loader = `while IFS= read -r l; do case $l in ${word}*) eval "$(printf %b "\${l#${word}}")"; exit;; esac; done; exit 97`;
  const inner = `exec ${quote(shell)} -c ${quote(loader)}`;
  const line = `${word}${options.line ?? escapeBytes(Buffer.from(`exec ${quote(shell)}`))}\n`;
  if (become === undefined) return { command: inner, preamble: line, become, terminalPassword: undefined, prompt };
  const command = becomeCommand(become, inner, shell, prompt, options.hasPromptFlag ?? true);
  if (become.method === "doas") return { command, preamble: line, become, terminalPassword: become.password, prompt };
  const password = become.password === undefined ? "" : `${become.password}\n`;
  return { command, preamble: password + line, become, terminalPassword: undefined, prompt };
}

function becomeCommand(become: Become, inner: string, shell: string, prompt: string, hasPromptFlag: boolean): string {
  const exe = become.exe ?? become.method;
  const sh = quote(shell);
  switch (become.method) {
    case "sudo": {
      // -n with a password would refuse before it is asked
      const flags = become.password === undefined ? `${become.flags ?? "-H"} -n` : withoutN(become.flags ?? "-H");
      const asking = become.password === undefined || !hasPromptFlag ? "" : ` -p ${quote(prompt)}`;
      return `exec ${exe} ${flags} -S${asking} -u ${quote(become.user)} -- ${sh} -c ${quote(inner)}`;
    }
    case "su":
      return `exec ${exe} ${become.flags ?? ""} ${quote(become.user)} -c ${quote(inner)}`;
    case "doas":
      return `exec ${exe} ${become.password === undefined ? "-n" : ""} ${become.flags ?? ""} -u ${quote(become.user)} ${sh} -c ${quote(inner)}`;
  }
}

function withoutN(flags: string): string {
  return flags
    .split(/\s+/)
    .filter((flag) => flag !== "-n" && flag !== "--non-interactive")
    .join(" ");
}

export interface BecomeProblem {
  readonly message: string;
  readonly hint?: string;
}

const PASSWORD_HINT = "give the right one with ansible_become_password or --ask-become-pass";

/**
 * What the noise before the sh answers says about become, or undefined while it says nothing.
 * @param noise stdout and stderr so far
 */
export function becomeProblem(launch: Launch, noise: string): BecomeProblem | undefined {
  const { become, prompt } = launch;
  if (become === undefined) return undefined;
  const exe = become.exe ?? become.method;
  // sudo-rs puts words of its own around the prompt, and PAM may ask in its own words; noise of start-up files must not look like either
  const prompts = noise.split(prompt).length - 1 || (noise.match(/\[sudo[:\] ][^\n]*?:/g) ?? []).length;
  const isAsking = become.method !== "sudo" && /password[^\n]*:\s*$/i.test(noise);
  if (
    /sorry, try again|incorrect (password|authentication)|incorrect authentication|authentication (fail|token manip)|\bauthentication error|maximum \d+ incorrect|doas: authorization failed/i.test(
      noise,
    ) ||
    (become.password !== undefined && prompts > 1)
  ) {
    return become.password === undefined
      ? { message: `${exe} needs a password to become ${become.user}`, hint: PASSWORD_HINT }
      : { message: `${exe} refused the password for becoming ${become.user}`, hint: PASSWORD_HINT };
  }
  if (
    become.password === undefined &&
    (isAsking ||
      /password is required|interactive authentication is required|a password is needed|doas: .*(authentication required|Authorization required)/i.test(noise))
  ) {
    return { message: `${exe} needs a password to become ${become.user}, and none was given`, hint: "set ansible_become_password or use --ask-become-pass" };
  }
  if (/must have a tty|a terminal is required|tty is required|requires a tty|must be run from a terminal/i.test(noise)) {
    return become.method === "doas"
      ? { message: "doas asks for a password on a terminal only, and a held shell has none", hint: "allow it in /etc/doas.conf with `nopass`, or use sudo" }
      : { message: `${exe} on the host wants a terminal`, hint: "remove `requiretty` for this user from sudoers" };
  }
  return undefined;
}

/** Why become ended before a sh answered. */
export function becomeEnd(launch: Launch, noise: string, code: number | undefined): BecomeProblem {
  const become = launch.become!;
  const exe = become.exe ?? become.method;
  const known = becomeProblem(launch, noise);
  if (known !== undefined) return known;
  if (/not in the sudoers|not allowed to|may not run|I'm afraid I can't do that|operation not permitted/i.test(noise)) {
    return {
      message: `${exe} does not allow the login user to become ${become.user}: ${lastLines(noise)}`,
      hint: "grant it in sudoers (or doas.conf), or use another become_method",
    };
  }
  if (/unknown user|user .* (does not exist|not found)|no passwd entry/i.test(noise))
    return { message: `there is no user ${become.user} to become`, hint: "create the user first" };
  if (code === 127 || /not found|no such file/i.test(noise)) {
    return { message: `${exe} was not found on the host: ${lastLines(noise)}`, hint: "install it, or set become_method or become_exe" };
  }
  const said = lastLines(noise);
  return { message: `becoming ${become.user} by ${exe} failed${code === undefined ? "" : ` with exit status ${code}`}${said === "" ? "" : `: ${said}`}` };
}

/** True when an old sudo-rs says that it knows no -p. */
export function lacksPromptFlag(launch: Launch, noise: string): boolean {
  return (
    launch.become?.method === "sudo" && /(unknown|unrecognized|invalid|unexpected|unsupported)[^\n]*(option|flag|argument)[^\n]*(-p\b|'p'|prompt)/i.test(noise)
  );
}

/** The end of what was said, on one line. */
export function lastLines(noise: string): string {
  return noise
    .trim()
    .split(/\s*\n\s*/)
    .slice(-3)
    .join(" / ")
    .slice(-400);
}
