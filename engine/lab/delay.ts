import { createServer, connect } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** A TCP address behind which the host is further away. */
export interface Distance {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A TCP proxy on this machine's loopback that makes a host look `ms` (round trip) away, in both directions, connection set-up included.
 * There is no netem in every kernel. It lives in this process and does not keep it alive.
 */
export async function openDistance(host: string, ms: number, port = 22): Promise<Distance> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    sockets.add(near);
    near.on("close", () => sockets.delete(near));
    near.on("error", () => undefined);
    // a real client learns after one round trip that it is connected, and its first bytes take half of one more
    const far = new Promise<Socket>((resolve) => {
      const timer = setTimeout(() => {
        const socket = connect(port, host);
        sockets.add(socket);
        socket.on("close", () => {
          sockets.delete(socket);
          near.destroy();
        });
        socket.on("error", () => near.destroy());
        late(socket, (chunk) => void (chunk ? near.write(chunk) : near.end()), ms / 2);
        resolve(socket);
      }, ms * 1.5);
      near.on("close", () => clearTimeout(timer));
    });
    const opened = performance.now();
    late(near, (chunk) => void far.then((socket) => (chunk ? socket.write(chunk) : socket.end())), ms / 2, opened + ms * 1.5);
    near.on("close", () => void far.then((socket) => socket.destroy()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  return {
    address: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Hands on what a socket receives `ms` later, not before `notBefore`, in order; `undefined` is its end. */
function late(from: Socket, deliver: (chunk: Buffer | undefined) => void, ms: number, notBefore = 0): void {
  const waiting: { at: number; chunk: Buffer | undefined }[] = [];
  let isRunning = false;
  const drain = (): void => {
    const now = performance.now();
    while (waiting[0] !== undefined && waiting[0].at <= now + 0.5) deliver(waiting.shift()!.chunk);
    isRunning = waiting[0] !== undefined;
    if (waiting[0] !== undefined) setTimeout(drain, waiting[0].at - now);
  };
  const take = (chunk: Buffer | undefined): void => {
    waiting.push({ at: Math.max(performance.now() + ms, notBefore), chunk });
    if (isRunning) return;
    isRunning = true;
    setTimeout(drain, waiting[0]!.at - performance.now());
  };
  from.on("data", take);
  from.on("end", () => take(undefined));
}
