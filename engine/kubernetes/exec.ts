import { Writable } from "node:stream";
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
  const { Exec } = await import("@kubernetes/client-node/dist/exec.js");
  const { server, headers } = link.endpoint;
  // the part of the library's KubeConfig that its WebSocketHandler asks
  const config = {
    getCurrentCluster: () => ({ server: server.href.replace(/\/$/, "") }),
    applyToHTTPSOptions: (options: Record<string, unknown>) => Promise.resolve(void Object.assign(options, { agent: link.agent, headers })),
  };
  const exec = new Exec(config as never);
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
      (event: { readonly message?: string; readonly error?: Error }) => {
        const message = event.error?.message ?? event.message ?? String(event);
        const answered = /Unexpected server response: (\d+)/.exec(message);
        if (answered === null) return reject(link.explained(event.error ?? new Error(message), signal));
        reject(new Failure(`the API refuses to run a command in ${namespace}/${pod} (${answered[1]})`, { code: "exec-refused", fault: "host", hint: HINT }));
      },
    );
  });
}

const HINT = "look whether the pod runs, its node is Ready, and the user may create pods/exec";

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
