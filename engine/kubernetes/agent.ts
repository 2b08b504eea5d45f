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
  const open = async (options: tls.ConnectionOptions): Promise<Duplex> => {
    const socket = await session.forward(host, port);
    if (!isSecure) return socket;
    const { ca, cert, key, isVerified } = endpoint;
    const servername = endpoint.servername ?? options.servername ?? "";
    return tls.connect({ ...options, socket, host, servername, ca, cert, key, rejectUnauthorized: isVerified });
  };
  const agent = isSecure ? new https.Agent(OPTIONS) : new http.Agent(OPTIONS);
  agent.createConnection = (options, callback) => {
    open(options as tls.ConnectionOptions).then(
      (stream) => (callback as unknown as Callback)(null, stream),
      (error: Error) => (callback as unknown as (error: Error) => void)(error),
    );
    // by the callback
    return undefined as unknown as Duplex as never;
  };
  return agent;
}
