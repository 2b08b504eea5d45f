import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import type { Session } from "../session/contract.ts";
import type { Endpoint } from "./kubeconfig.ts";

/** Requests at a time: sshd counts each channel, and etcd has more to do. */
const MAX_CONNECTIONS = 6;
const OPTIONS = { keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: MAX_CONNECTIONS };

type Callback = (error: Error | null, stream: Duplex) => void;

/** An agent whose connections to the endpoint begin on the session's host. */
export function agentOver(session: Session, endpoint: Endpoint): http.Agent {
  const isSecure = endpoint.server.protocol === "https:";
  const host = endpoint.server.hostname.replace(/^\[|\]$/g, "");
  const port = Number(endpoint.server.port || (isSecure ? 443 : 80));
  const agent = isSecure ? new https.Agent(OPTIONS) : new http.Agent(OPTIONS);
  const ended = new WeakSet<Duplex>();
  const open = async (options: tls.ConnectionOptions): Promise<Duplex> => {
    const socket = await session.forward(host, port);
    const stream = isSecure ? secured(socket, host, endpoint, options) : socket;
    // NOTE: an idle stream over a channel is not read, so nobody else would notice that the API has gone
    socket.once("end", () => {
      ended.add(stream);
      if (Object.values(agent.freeSockets).some((list) => (list as readonly Duplex[] | undefined)?.includes(stream) === true)) stream.destroy();
    });
    return stream;
  };
  const keep = (agent as unknown as { keepSocketAlive(stream: Duplex): boolean }).keepSocketAlive.bind(agent);
  Object.assign(agent, { keepSocketAlive: (stream: Duplex) => !ended.has(stream) && keep(stream) });
  agent.createConnection = (options, callback) => {
    open(options as tls.ConnectionOptions).then(
      (stream) => (callback as unknown as Callback)(null, stream),
      (error: unknown) => (callback as unknown as (error: unknown) => void)(error),
    );
    // by the callback
    return undefined as unknown as Duplex as never;
  };
  return agent;
}

function secured(socket: Duplex, host: string, endpoint: Endpoint, options: tls.ConnectionOptions): Duplex {
  const { ca, cert, key, isVerified } = endpoint;
  return tls.connect({ ...options, socket, host, servername: endpoint.servername ?? options.servername ?? "", ca, cert, key, rejectUnauthorized: isVerified });
}
