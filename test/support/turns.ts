import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a host on which round trips are counted. */
export interface CountedWay {
  /** What makes a target of the host go this way. */
  readonly target: { readonly host: string; readonly port: number; readonly options: string };
  /** Round trips until now: how long the longest chain is in which something was sent only after an answer had been heard. */
  turns(): number;
  close(): Promise<void>;
}

/**
 * A TCP proxy that counts round trips. It holds every answer for a moment, so that what is sent without waiting for it is not taken for a reply:
 * the count does not depend on how fast the host or this machine is.
 */
export async function countTurns(address: string, port = 22): Promise<CountedWay> {
  let sent = 0;
  let heard = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, address);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    near.on("data", (chunk) => {
      sent = heard + 1;
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      const turn = sent;
      setTimeout(() => {
        heard = Math.max(heard, turn);
        near.write(chunk);
      }, 50);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // a test that fails before it closes the way ends all the same
  server.unref();
  return {
    target: { host: "127.0.0.1", port: (server.address() as AddressInfo).port, options: `-o HostKeyAlias=${address}` },
    turns: () => heard,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
