import { spawn } from "node:child_process";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { type Channel, type ChannelEnd, GRACE_AFTER_EXIT, type Transport, within } from "./channel.ts";
import { trouble } from "./trouble.ts";

/** Processes on this machine, as if it were a host. */
export function openLocal(): Transport {
  const children = new Set<Channel>();
  return {
    user: userInfo().username,
    exec: (command, options) => {
      if (options?.hasTerminal === true) {
        return Promise.reject(
          trouble("localhost", "become-failed", "a program that asks for its password on a terminal only cannot be used on this machine itself", {
            hint: "allow it without a password, or use sudo",
          }),
        );
      }
      const channel = start(command);
      children.add(channel);
      void channel.ended.then(() => children.delete(channel));
      return Promise.resolve(channel);
    },
    forward: (host, port) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port, noDelay: true });
        socket.once("connect", () => resolve(socket));
        socket.once("error", (error) => reject(trouble("localhost", "unreachable", `${host}:${port} cannot be reached: ${error.message}`, { cause: error })));
      }),
    lostBecause: () => undefined,
    close: async () => {
      for (const channel of children) channel.stdin.end();
      await Promise.all([...children].map((channel) => within(GRACE_AFTER_EXIT, channel.ended)));
      for (const channel of children) channel.destroy();
    },
  };
}

function start(command: string): Channel {
  // a session of its own: Ctrl-C at the terminal reaches us only, and we end things in order
  const child = spawn("/bin/sh", ["-c", command], { stdio: "pipe", detached: true });
  const { stdin, stdout, stderr } = child;
  // a process that is gone shows in `ended`
  stdin.on("error", () => undefined);
  stdout.on("error", () => undefined);
  stderr.on("error", () => undefined);
  const ended = new Promise<ChannelEnd>((resolve) => {
    child.on("error", () => resolve({ code: 127 }));
    child.on("exit", (code, signal) => {
      const end = { code: code ?? undefined, signal: signal ?? undefined };
      child.on("close", () => resolve(end));
      setTimeout(() => resolve(end), GRACE_AFTER_EXIT);
    });
  });
  return {
    stdin,
    stdout,
    stderr,
    ended,
    destroy: () => {
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      child.unref();
    },
  };
}
