import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import type { SshSettings } from "./settings.ts";
import type { Transport } from "./channel.ts";
import { type ConnectOptions, connectSsh } from "./ssh.ts";
import { lastLines } from "./become.ts";
import { trouble } from "./trouble.ts";

/** Connects as the settings say: directly, through jump hosts, or through a command. @throws Failure */
export async function connectThrough(settings: SshSettings, options: ConnectOptions): Promise<Transport> {
  if (settings.proxyCommand !== undefined) return connectSsh(settings, { ...options, ...commandSocket(settings) });
  const hops = settings.proxyJump;
  if (hops.length === 0) return connectSsh(settings, options);
  const gate = await gateThrough(hops, options);
  try {
    const socket = await gate.transport.forward(settings.host, settings.port);
    const transport = await connectSsh(settings, { ...options, socket });
    return {
      ...transport,
      close: async () => {
        await transport.close();
        await gate.release();
      },
    };
  } catch (error) {
    await gate.release();
    throw error;
  }
}

interface Gate {
  readonly transport: Transport;
  release(): Promise<void>;
}

// A hundred hosts behind one gate share one connection to it: sshd lets only a few log in at a time
const gates = new Map<string, { readonly opening: Promise<Transport>; users: number }>();

async function gateThrough(hops: readonly SshSettings[], options: ConnectOptions): Promise<Gate> {
  const last = hops.at(-1)!;
  const before = hops.slice(0, -1);
  // the name is the host's behind the gate; everything else tells gates apart
  const key = JSON.stringify(hops.map((hop) => ({ ...hop, name: "" })));
  let gate = gates.get(key);
  if (gate !== undefined && (await gate.opening.catch(() => undefined))?.lostBecause() !== undefined && gates.get(key) === gate) gates.delete(key);
  gate = gates.get(key);
  if (gate === undefined) {
    // several sessions wait for it: none of them may cut it off alone
    gate = { opening: connectThrough(before.length === 0 ? last : { ...last, proxyJump: before }, { onEvent: options.onEvent }), users: 0 };
    gates.set(key, gate);
  }
  const held = gate;
  held.users += 1;
  const release = async (isGivenUp = false): Promise<void> => {
    held.users -= 1;
    if (held.users > 0) return;
    if (gates.get(key) === held) gates.delete(key);
    // nobody waits for one that is still on its way
    const closed = held.opening.then((transport) => transport.close()).catch(() => undefined);
    if (!isGivenUp) await closed;
  };
  try {
    return { transport: await unlessAborted(held.opening, last.name, options.signal), release };
  } catch (error) {
    await release(true);
    throw error;
  }
}

async function unlessAborted<T>(waited: Promise<T>, name: string, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return waited;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(trouble(name, "interrupted", "interrupted while connecting"));
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([waited, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function commandSocket(settings: SshSettings): Pick<ConnectOptions, "socket" | "explain"> {
  const child = spawn("/bin/sh", ["-c", `exec ${settings.proxyCommand!}`], { stdio: "pipe", detached: true });
  const socket = Duplex.from({ readable: child.stdout, writable: child.stdin });
  let said = "";
  let end: string | undefined;
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4096)));
  const exited = new Promise<void>((resolve) => {
    child.on("close", (code, signal) => {
      end = code === null ? `by ${signal}` : `with exit status ${code}`;
      resolve();
    });
  });
  socket.on("close", () => child.kill());
  return {
    socket,
    explain: async () => {
      // the end of its output comes before the end of the process
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 300))]);
      if (end === undefined || /^by SIG(TERM|HUP)/.test(end)) return undefined;
      return trouble(settings.name, "proxy-command-failed", `the ProxyCommand ended ${end}${said === "" ? "" : `: ${lastLines(said)}`}`, {
        hint: `try it alone: ${settings.proxyCommand}`,
      });
    },
  };
}
