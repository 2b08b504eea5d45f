import { readFileSync } from "node:fs";
import type { AnyAuthMethod, BaseAgent, ParsedKey, PublicKeyEntry, SignCallback, SigningRequestOptions } from "ssh2";
import type { SshSettings } from "./settings.ts";
import { messageOf } from "./trouble.ts";

type Ssh2 = typeof import("ssh2");

/** The attempts to log in, and what became of them. */
export interface Authentication {
  /** To be given to ssh2 as `authHandler`. */
  handler(left: readonly string[] | null, isPartial: boolean | null, next: (attempt: AnyAuthMethod | false) => void): void;
  /** What was tried, for the message when nothing helped. */
  tried(): string;
  /** The methods that the host would take. */
  allowed(): readonly string[];
  /** From now on no password is sent (the host may be somebody else). */
  forbidPasswords(): void;
}

interface Attempt {
  readonly method: "publickey" | "password" | "keyboard-interactive" | "none";
  readonly label: string;
  readonly make: () => AnyAuthMethod | undefined;
}

/**
 * Attempts in OpenSSH's order: keys of the agent that were asked for, key files that were asked for, the agent's other keys, the default
 * files, password, keyboard-interactive. Files come before the agent's other keys: a full agent uses up the host's patience
 * (MaxAuthTries) before the right key is tried.
 */
export function authentication(settings: SshSettings, ssh2: Ssh2): Authentication {
  const notes: string[] = [];
  let allowed: readonly string[] = [];
  let mayUsePasswords = true;
  let attempts: Iterator<Attempt> | undefined;

  const next = (left: readonly string[] | null): AnyAuthMethod | false => {
    attempts ??= allAttempts(settings, ssh2, notes);
    for (;;) {
      const { value: attempt, done } = attempts.next();
      if (done === true) return false;
      const isPassword = attempt.method === "password" || attempt.method === "keyboard-interactive";
      if (isPassword && !mayUsePasswords) {
        notes.push("no password, because the host key is not the known one");
        continue;
      }
      if (left !== null && attempt.method !== "none" && !left.includes(attempt.method)) continue;
      const made = attempt.make();
      if (made === undefined) continue;
      notes.push(attempt.label);
      return made;
    }
  };

  return {
    handler: (left, _isPartial, answer) => {
      if (left !== null) allowed = left;
      answer(next(left));
    },
    tried: () => (notes.length === 0 ? "nothing (no key, agent or password at hand)" : notes.join(", ")),
    allowed: () => allowed,
    forbidPasswords: () => void (mayUsePasswords = false),
  };
}

function* allAttempts(settings: SshSettings, ssh2: Ssh2, notes: string[]): Generator<Attempt, undefined> {
  const { user: username, password, methods } = settings;
  let tries = 0;
  for (const method of methods) {
    const attempts = method === "publickey" ? keyAttempts(settings, ssh2, notes) : password === undefined ? [] : [passwordAttempt(method, username, password)];
    for (const attempt of attempts) {
      tries += 1;
      yield attempt;
    }
  }
  // lets an account without a password in, and else makes the host say what it wants
  if (tries === 0 || notes.length === 0) yield { method: "none", label: "none", make: () => ({ type: "none", username }) };
  return undefined;
}

function* keyAttempts(settings: SshSettings, ssh2: Ssh2, notes: string[]): Generator<Attempt, void> {
  const { user: username, identityFiles, areIdentitiesDefault, agent } = settings;
  const publicKeys = agent === undefined ? [] : identityFiles.map(publicKeyOf).filter((key) => key !== undefined);
  const isAskedFor = (key: Buffer): boolean => publicKeys.some((known) => known.equals(key));
  const agentKeys = (label: string, isWanted: (key: Buffer) => boolean): Attempt => ({
    method: "publickey",
    label,
    make: () => ({ type: "agent", username, agent: chosenKeys(ssh2, agent!, isWanted, notes) }),
  });
  const files = identityFiles.map((file): Attempt => ({ method: "publickey", label: file, make: () => keyFile(file, settings, ssh2, notes) }));
  const others = agent === undefined || settings.identitiesOnly ? [] : [agentKeys("agent's other keys", (key) => !isAskedFor(key))];
  if (publicKeys.length > 0) yield agentKeys("agent's keys of the given files", isAskedFor);
  yield* areIdentitiesDefault ? [...others, ...files] : [...files, ...others];
}

function passwordAttempt(method: "password" | "keyboard-interactive", username: string, password: string): Attempt {
  return method === "password"
    ? { method, label: "password", make: () => ({ type: "password", username, password }) }
    : { method, label: "keyboard-interactive with the password", make: () => ({ type: "keyboard-interactive", username, prompt: answerOnce(password) }) };
}

function answerOnce(
  password: string,
): (name: string, instructions: string, language: string, prompts: { prompt: string; echo?: boolean }[], finish: (answers: string[]) => void) => void {
  let isAnswered = false;
  return (_name, _instructions, _language, prompts, finish) => {
    const isFirst = !isAnswered;
    isAnswered ||= prompts.length > 0;
    finish(prompts.map(({ echo }) => (isFirst && echo !== true ? password : "")));
  };
}

function keyFile(file: string, settings: SshSettings, ssh2: Ssh2, notes: string[]): AnyAuthMethod | undefined {
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (error) {
    if (!settings.areIdentitiesDefault) notes.push(`${file} (cannot be read: ${messageOf(error)})`);
    return undefined;
  }
  const parsed = ssh2.utils.parseKey(text, settings.passphrase);
  if (parsed instanceof Error) {
    const isLocked = /passphrase|bad decrypt|integrity check|decrypt/i.test(parsed.message);
    const why = !isLocked ? parsed.message : settings.passphrase === undefined ? "encrypted, and no passphrase was given" : "the passphrase does not open it";
    notes.push(`${file} (${why})`);
    return undefined;
  }
  return { type: "publickey", username: settings.user, key: text, passphrase: settings.passphrase };
}

function publicKeyOf(file: string): Buffer | undefined {
  try {
    const blob = readFileSync(`${file}.pub`, "utf8").split(" ")[1];
    return blob === undefined ? undefined : Buffer.from(blob, "base64");
  } catch {
    return undefined;
  }
}

/** The agent behind `socket`, showing only some of its keys. An agent that does not answer has none. */
function chosenKeys(ssh2: Ssh2, socket: string, isWanted: (key: Buffer) => boolean, notes: string[]): BaseAgent {
  const agent = ssh2.createAgent(socket);
  class ChosenKeys extends ssh2.BaseAgent {
    override getIdentities(callback: (error: Error | undefined | null, keys?: (string | Buffer | ParsedKey | PublicKeyEntry)[]) => void): void {
      agent.getIdentities((error, keys) => {
        if (error) notes.push(`agent at ${socket} (${messageOf(error)})`);
        const parsed = (keys ?? []).map((key) => ssh2.utils.parseKey(key as Buffer | ParsedKey)).filter((key): key is ParsedKey => !(key instanceof Error));
        callback(
          null,
          parsed.filter((key) => isWanted(key.getPublicSSH())),
        );
      });
    }
    override sign(key: string | Buffer | ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
      if (typeof options === "function") agent.sign(key, data, {}, options);
      else agent.sign(key, data, options, callback);
    }
  }
  return new ChosenKeys();
}
