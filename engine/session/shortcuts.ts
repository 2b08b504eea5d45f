import type { Client, ClientChannel } from "ssh2";

/**
 * Two round trips that ssh2 waits out and the protocol does not ask for. Both reach into its inside, so everything is looked at before it is
 * used; where it is not as expected, things go ssh2's own way, only slower.
 */
export interface Shortcuts {
  /** Like `client.exec`, but answers as soon as the channel is open, before the host has said that the command was started. */
  exec(command: string, answer: (error: Error | undefined, stream: ClientChannel | undefined) => void): void;
}

interface PrivateKey {
  isPrivateKey(): boolean;
  sign(data: Buffer, algorithm?: string): Buffer | Error;
}
type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;
interface Protocol {
  authPK?: (user: string, key: PrivateKey, algorithm: string | undefined, sign?: Sign) => void;
  exec?: (id: number, command: string, wantsReply: boolean) => void;
}
interface Inside {
  readonly _protocol?: Protocol;
  readonly _chanMgr?: { readonly _channels?: Readonly<Record<string, unknown>> };
}

const HASHES: Readonly<Record<string, string>> = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512", "ssh-rsa": "sha1" };

/** To be called right after `connect`, before anything has arrived. */
export function takeShortcuts(client: Client): Shortcuts {
  const { _protocol: protocol, _chanMgr: manager } = client as unknown as Inside;
  if (protocol !== undefined) signAtOnce(protocol);
  const waiting = new Map<string, ((stream: ClientChannel) => void)[]>();
  const exec = protocol?.exec;
  if (protocol !== undefined && typeof exec === "function") {
    protocol.exec = (id, command, wantsReply) => {
      exec.call(protocol, id, command, wantsReply);
      const stream = Object.values(manager?._channels ?? {}).find((channel) => isStreamOf(channel, id));
      if (stream !== undefined) waiting.get(command)?.shift()?.(stream as ClientChannel);
    };
  }
  return {
    exec: (command, answer) => {
      let isAnswered = false;
      const once = (error: Error | undefined, stream: ClientChannel | undefined): void => {
        if (!isAnswered) answer(error, stream);
        isAnswered = true;
      };
      const early = (stream: ClientChannel): void => once(undefined, stream);
      const queue = waiting.get(command) ?? [];
      waiting.set(command, [...queue, early]);
      client.exec(command, (error, stream) => {
        const left = waiting.get(command);
        if (error !== undefined && left?.includes(early) === true) left.splice(left.indexOf(early), 1);
        once(error, stream);
      });
    },
  };
}

/** A key of ours is sent with its signature, without asking first whether the host would take it. */
function signAtOnce(protocol: Protocol): void {
  const authenticate = protocol.authPK;
  if (typeof authenticate !== "function") return;
  protocol.authPK = (user, key, algorithm, sign) => {
    const isOurs = typeof key === "object" && typeof key.isPrivateKey === "function" && key.isPrivateKey();
    if (sign !== undefined || !isOurs) {
      authenticate.call(protocol, user, key, algorithm, sign);
      return;
    }
    let failed = false;
    authenticate.call(protocol, user, key, algorithm, (data, done) => {
      const signature = key.sign(data, HASHES[algorithm ?? ""]);
      if (signature instanceof Error) failed = true;
      else done(signature);
    });
    if (failed) authenticate.call(protocol, user, key, algorithm);
  };
}

function isStreamOf(channel: unknown, id: number): boolean {
  if (typeof channel !== "object" || channel === null || !("outgoing" in channel) || !("write" in channel)) return false;
  const { outgoing } = channel;
  return typeof outgoing === "object" && outgoing !== null && "id" in outgoing && outgoing.id === id;
}
