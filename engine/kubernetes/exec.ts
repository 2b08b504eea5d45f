import type { IncomingMessage } from "node:http";
import { Writable } from "node:stream";
import type { ClientOptions, WebSocket } from "ws";
import { Failure } from "../source/failure.ts";
import type { ExecAnswer, ExecRequest } from "./contract.ts";
import type { Link } from "./link.ts";

interface Status {
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** Runs a command in a container, over a WebSocket through the link. @throws Failure `exec-refused`, and what `Link.explained` says */
export async function execOver(link: Link, request: ExecRequest, signal: AbortSignal | undefined): Promise<ExecAnswer> {
  const [{ Exec }, { WebSocketHandler }, { WebSocket }] = await Promise.all([
    import("@kubernetes/client-node/dist/exec.js"),
    import("@kubernetes/client-node/dist/web-socket-handler.js"),
    import("ws"),
  ]);
  const { server, headers } = link.endpoint;
  // the part of the library's KubeConfig that its WebSocketHandler asks
  const config = {
    getCurrentCluster: () => ({ server: server.href.replace(/\/$/, "") }),
    applyToHTTPSOptions: (options: Record<string, unknown>) => Promise.resolve(void Object.assign(options, { agent: link.agent, headers })),
  };
  let refusal: Promise<string> | undefined;
  const open = (uri: string, protocols: string[], options: ClientOptions): WebSocket => {
    const socket = new WebSocket(uri, protocols, options);
    socket.on("unexpected-response", (_request, answer) => {
      refusal = saidIn(answer);
      void refusal.then((said) => socket.emit("error", new Error(said)));
    });
    return socket;
  };
  const exec = new Exec(config as never, new WebSocketHandler(config as never, open));
  const [stdout, stderr] = [collector(), collector()];
  const { namespace, pod, container, command } = request;
  return new Promise((resolve, reject) => {
    let status: Status | undefined;
    const onStatus = (said: unknown): void => void (status = said as Status);
    exec.exec(namespace, pod, container, [...command], stdout.stream, stderr.stream, null, false, onStatus).then(
      (socket) => {
        const abort = (): void => socket.close();
        signal?.addEventListener("abort", abort, { once: true });
        const settle = (error?: Error): void => {
          signal?.removeEventListener("abort", abort);
          if (status === undefined) return reject(link.explained(error ?? new Error("the container's side closed it before the command had ended"), signal));
          try {
            resolve({ code: codeOf(status), stdout: stdout.bytes(), stderr: stderr.bytes() });
          } catch (refusal) {
            reject(refusal as Error);
          }
        };
        socket.onclose = () => settle();
        socket.onerror = (event: { readonly message: string }) => settle(new Error(event.message));
      },
      (reason: unknown) => {
        const event = reason as { readonly message?: string; readonly error?: Error };
        const message = event.error?.message ?? event.message ?? String(event);
        if (refusal === undefined) return reject(link.explained(event.error ?? new Error(message), signal));
        reject(new Failure(`the API runs no command in ${namespace}/${pod}: ${message}`, { code: "exec-refused", fault: "host", hint: HINT }));
      },
    );
  });
}

const HINT = "look whether the pod runs, its node is Ready, and the user may create pods/exec";

/** Why the API did not switch to a WebSocket. */
async function saidIn(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8").trim();
  try {
    return (JSON.parse(text) as Status).message ?? text;
  } catch {
    return text === "" ? `it answers ${answer.statusCode}` : text;
  }
}

/** The exit status in a v4 channel's last word. @throws Failure `exec-refused` when the command was not run at all */
function codeOf(status: Status): number {
  if (status.status === "Success") return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
  if (status.reason === "NonZeroExitCode" && cause?.message !== undefined) return Number(cause.message);
  throw new Failure(`the command was not run: ${status.message ?? "no reason was given"}`, { code: "exec-refused", fault: "host", hint: HINT });
}

function collector(): { readonly stream: Writable; bytes(): Buffer } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}
