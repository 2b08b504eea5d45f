import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import type { Client, ClientChannel, PseudoTtyOptions } from "ssh2";
import type { Failure } from "../source/failure.ts";
import { type Authentication, authentication } from "./auth.ts";
import { type Channel, type ChannelEnd, GRACE_AFTER_EXIT, type Transport } from "./channel.ts";
import { checkHostKey, hostKeyAlgorithms } from "./host-key.ts";
import type { SessionEvent } from "./open.ts";
import type { SshSettings } from "./settings.ts";
import { type Shortcuts, takeShortcuts } from "./shortcuts.ts";
import { messageOf, trouble } from "./trouble.ts";

/** Logging in may wait for PAM and the resolver of the host. Milliseconds. */
const AUTHENTICATION_TIMEOUT = 30_000;

export interface ConnectOptions {
  /** The way to the host, when it is not a TCP connection from here. */
  readonly socket?: Duplex | undefined;
  /** What the way itself says about its failure. */
  readonly explain?: (() => Promise<Failure | undefined>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: SessionEvent) => void) | undefined;
}

/** One SSH connection. @throws Failure */
export async function connectSsh(settings: SshSettings, options: ConnectOptions): Promise<Transport> {
  if (options.signal?.aborted === true) throw trouble(settings.name, "interrupted", "interrupted while connecting");
  // the way is long and ssh2 is large: both at the same time
  const socket = options.socket ?? connectTcp({ host: settings.host, port: settings.port, family: settings.family, noDelay: true });
  gatherWrites(socket);
  let early: Error | undefined;
  socket.on("error", (error: Error) => (early ??= error));
  const [{ NodeSSH }, ssh2] = await Promise.all([import("node-ssh"), import("ssh2").then((module) => module.default)]);
  const ssh = new NodeSSH();
  const auth = authentication(settings, ssh2);
  if (early !== undefined) throw connectFailure(settings, auth, early, false);
  let refusal: Failure | undefined;
  let hasHandshake = false;

  const connecting = ssh.connect({
    host: settings.host,
    port: settings.port,
    sock: socket as never,
    username: settings.user,
    authHandler: auth.handler as never,
    algorithms: { serverHostKey: hostKeyAlgorithms(settings) as never },
    readyTimeout: 0,
    keepaliveInterval: settings.keepAliveInterval,
    keepaliveCountMax: settings.keepAliveCount,
    hostVerifier: (key: Buffer) => {
      const verdict = checkHostKey(settings, key);
      if (verdict.kind === "refused") refusal = verdict.failure;
      if (verdict.kind === "mismatch-allowed") auth.forbidPasswords();
      if (verdict.kind === "added") options.onEvent?.({ type: "host-key-added", host: settings.name, file: verdict.file, fingerprint: verdict.fingerprint });
      return verdict.kind !== "refused";
    },
  });
  const client = ssh.connection!;
  const shortcuts = takeShortcuts(client);
  let lost: Error | undefined;
  const lose = (error: Error): void => void (lost ??= error);
  client.on("error", (error: Error & { level?: string }) => {
    const silence = (settings.keepAliveInterval * (settings.keepAliveCount + 1)) / 1000;
    lose(error.level === "client-timeout" ? new Error(`the host gave no sign of life for ${silence} s`) : error);
  });
  client.on("close", () => lose(new Error("the host closed the connection")));

  const giveUp = (failure: Failure): void => {
    refusal ??= failure;
    socket.destroy(failure);
  };
  let timer = setTimeout(() => giveUp(timeoutFailure(settings, settings.connectTimeout)), settings.connectTimeout);
  client.on("handshake", () => {
    hasHandshake = true;
    clearTimeout(timer);
    timer = setTimeout(
      () => giveUp(trouble(settings.name, "authentication-timeout", `logging in took longer than ${AUTHENTICATION_TIMEOUT / 1000} s`)),
      AUTHENTICATION_TIMEOUT,
    );
  });
  const onAbort = (): void => giveUp(trouble(settings.name, "interrupted", "interrupted while connecting"));
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await connecting;
  } catch (error) {
    const explained = refusal ?? (await options.explain?.());
    socket.destroy();
    throw explained ?? connectFailure(settings, auth, error, hasHandshake);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
  }
  return transportOver(settings, client, shortcuts, () => lost);
}

/** ssh2 writes each packet in three pieces; what is written in one turn becomes one system call, and few segments. */
function gatherWrites(socket: Duplex): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isGathering = false;
  socket.write = ((...args: unknown[]) => {
    if (!isGathering) {
      isGathering = true;
      socket.cork();
      process.nextTick(() => {
        isGathering = false;
        socket.uncork();
      });
    }
    return write(...args);
  }) as typeof socket.write;
}

function transportOver(settings: SshSettings, client: Client, shortcuts: Shortcuts, lostBecause: () => Error | undefined): Transport {
  return {
    user: settings.user,
    lostBecause,
    exec: (command, { hasTerminal = false } = {}) =>
      new Promise((resolve, reject) => {
        const refuse = (error: Error): void => {
          const lost = lostBecause();
          reject(
            lost === undefined
              ? trouble(settings.name, "channel-refused", `the host refused another channel: ${error.message}`, {
                  cause: error,
                  hint: "raise MaxSessions in the host's sshd_config",
                })
              : lostFailure(settings, lost),
          );
        };
        try {
          const answer = (error: Error | undefined, stream: ClientChannel | undefined): void =>
            error === undefined ? resolve(channelOver(stream!)) : refuse(error);
          if (hasTerminal) client.exec(command, { pty: { rows: 24, cols: 200, term: "dumb" } as PseudoTtyOptions }, answer);
          else shortcuts.exec(command, answer);
        } catch (error) {
          refuse(error as Error);
        }
      }),
    forward: (host, port) =>
      new Promise((resolve, reject) => {
        const refuse = (error: Error): void => {
          const lost = lostBecause();
          reject(
            lost === undefined
              ? trouble(settings.name, "unreachable", `${host}:${port} cannot be reached from there: ${error.message}`, {
                  cause: error,
                  hint: "look whether something listens there, and whether sshd may forward (AllowTcpForwarding)",
                })
              : lostFailure(settings, lost),
          );
        };
        try {
          client.forwardOut("127.0.0.1", 0, host, port, (error, stream) => (error === undefined ? resolve(stream) : refuse(error)));
        } catch (error) {
          refuse(error as Error);
        }
      }),
    close: () =>
      new Promise((resolve) => {
        if (lostBecause() !== undefined) {
          resolve();
          return;
        }
        const timer = setTimeout(() => {
          client.destroy();
          resolve();
        }, 1_000);
        client.once("close", () => {
          clearTimeout(timer);
          resolve();
        });
        client.end();
      }),
  };
}

function channelOver(stream: ClientChannel): Channel {
  stream.on("error", () => undefined);
  const ended = new Promise<ChannelEnd>((resolve) => {
    let end: ChannelEnd = {};
    stream.on("exit", (code: number | null, signal?: string) => {
      end = { code: code ?? undefined, signal: signal ?? undefined };
      setTimeout(() => resolve(end), GRACE_AFTER_EXIT);
    });
    stream.on("close", () => resolve(end));
  });
  return { stdin: stream, stdout: stream, stderr: stream.stderr, ended, destroy: () => stream.close() };
}

function lostFailure(settings: SshSettings, lost: Error): Failure {
  return trouble(settings.name, "connection-lost", `the connection was lost: ${lost.message}`, { cause: lost });
}

function timeoutFailure(settings: SshSettings, timeout: number): Failure {
  return trouble(settings.name, "connect-timeout", `no answer from ${settings.host}:${settings.port} in ${timeout / 1000} s`, {
    hint: "look whether the host is up and the address right; ansible_ssh_timeout or ConnectTimeout sets how long to wait",
  });
}

function connectFailure(settings: SshSettings, auth: Authentication, error: unknown, hasHandshake: boolean): Failure {
  const { name, host, port, user } = settings;
  const { code, level } = error as { code?: string; level?: string };
  const where = `${host}:${port}`;
  const more = { cause: error };
  if (level === "client-authentication" || (hasHandshake && auth.allowed().length > 0)) {
    const allowed = auth.allowed();
    return trouble(
      name,
      "authentication-failed",
      `cannot log in as ${user} on ${where}: tried ${auth.tried()}; the host allows ${allowed.length === 0 ? "nothing it told" : allowed.join(", ")}`,
      {
        ...more,
        hint: "look at ansible_user and ansible_ssh_private_key_file, and at authorized_keys on the host",
      },
    );
  }
  switch (code) {
    case "ECONNREFUSED":
      return trouble(name, "connection-refused", `${where} refuses connections`, { ...more, hint: "look whether sshd runs there, and on which port" });
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return trouble(name, "name-not-found", `the name ${host} cannot be resolved`, { ...more, hint: "set ansible_host, or a HostName in ~/.ssh/config" });
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return trouble(name, "unreachable", `there is no way to ${where} (${code})`, { ...more, hint: "look at the network, and whether the host is up" });
    case "ETIMEDOUT":
      return timeoutFailure(settings, settings.connectTimeout);
  }
  if (/no matching/i.test(messageOf(error))) {
    return trouble(name, "no-common-algorithm", `${where} and tsplay share no algorithm: ${messageOf(error)}`, {
      ...more,
      hint: "the host's sshd is very old; update it",
    });
  }
  return trouble(
    name,
    "connection-dropped",
    `${where} dropped the connection ${hasHandshake ? "while logging in" : "before logging in"}: ${messageOf(error)}`,
    more,
  );
}
