import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until an sshd greets at `address`.
 * @param limit milliseconds
 * @param hasEnded says why it never will, once it is so
 * @returns undefined when it did, else why not
 */
export async function awaitSsh(address: string, limit: number, hasEnded: () => string | undefined): Promise<string | undefined> {
  const end = performance.now() + limit;
  while (performance.now() < end) {
    const reason = hasEnded();
    if (reason !== undefined) return reason;
    if (await greets(address)) return undefined;
    await sleep(20);
  }
  return `no answer from sshd at ${address} in ${limit / 1000} s`;
}

function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(22, address);
    const finish = (isUp: boolean): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.setTimeout(400, () => finish(false));
    socket.on("data", (chunk: Buffer) => finish(chunk.toString("latin1").startsWith("SSH-")));
    socket.on("error", () => finish(false));
    socket.on("end", () => finish(false));
  });
}
