import http from "node:http";
import https from "node:https";
import type { Session } from "../session/contract.ts";
import { Failure } from "../source/failure.ts";
import { agentOver } from "./agent.ts";
import type { ApiAnswer, ApiRequest, Resource } from "./contract.ts";
import { Discovery } from "./discovery.ts";
import type { Endpoint } from "./kubeconfig.ts";

/** Milliseconds without a byte after which an answer is not waited for any more; the API itself gives up after 60 s. */
const SILENCE = 75_000;

/** The held connections to one cluster's API: from a task to the next, for as long as its kubeconfig stays the same. */
export class Link {
  readonly endpoint: Endpoint;
  readonly agent: http.Agent;
  private readonly discovery = new Discovery((request) => this.send(request));

  constructor(session: Session, endpoint: Endpoint) {
    this.endpoint = endpoint;
    this.agent = agentOver(session, endpoint);
  }

  /** @throws Failure; see `Cluster.request` */
  async send(request: ApiRequest, signal?: AbortSignal): Promise<ApiAnswer> {
    const { status, headers, text } = await this.exchange(request, signal);
    if (status === 401) {
      throw new Failure(`${this.shown}: the API does not know who we are (401)`, {
        code: "cluster-unauthorized",
        fault: "host",
        hint: `the certificate or token in ${this.endpoint.origin} may have expired`,
      });
    }
    return { status, body: bodyOf(text, status), warnings: warningsOf(headers["warning"]) };
  }

  resourceOf(apiVersion: string | undefined, kind: string): Promise<Resource | undefined> {
    return this.discovery.find(apiVersion, kind);
  }

  close(): void {
    this.agent.destroy();
  }

  get shown(): string {
    return this.endpoint.server.host;
  }

  private exchange(request: ApiRequest, signal: AbortSignal | undefined): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }> {
    const { server, headers } = this.endpoint;
    const url = new URL(server.pathname.replace(/\/$/, "") + request.path, server);
    for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) url.searchParams.append(name, value);
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const type = request.contentType ?? "application/json";
    const own = { accept: "application/json", ...(body === undefined ? {} : { "content-type": type, "content-length": body.length }) };
    const { request: start } = server.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        // the API had closed a connection that was held: nothing of the request has been heard
        if (sent.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET") resolve(this.exchange(request, signal));
        else reject(this.explained(error, signal));
      };
      const sent = start(
        url,
        { method: request.method, agent: this.agent, headers: { ...own, ...(headers as http.OutgoingHttpHeaders) }, signal },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", (error) => reject(this.explained(error, signal)));
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString("utf8") }));
        },
      );
      sent.setTimeout(SILENCE, () => sent.destroy(new Silent()));
      sent.on("error", fail);
      sent.end(body);
    });
  }

  /** What went wrong on the way to the API, for people. */
  explained(error: Error, signal: AbortSignal | undefined): Failure {
    if (signal?.aborted === true)
      return signal.reason instanceof Failure ? signal.reason : new Failure("interrupted", { code: "interrupted", fault: "transport" });
    if (error instanceof Failure) {
      // the host is there; what is not is the API
      return error.code === "unreachable" ? this.trouble("cluster-unreachable", `cannot be reached from the host: ${error.message}`, error.hint) : error;
    }
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (error instanceof Silent) return this.trouble("cluster-silent", `gave no answer in ${SILENCE / 1000} s`);
    if (/CERT|ALTNAME|SELF_SIGNED|ISSUER|VERIFY/.test(code)) {
      const hint = `the authority that ${this.endpoint.origin} names must have signed it; ca_cert names another, validate_certs: false trusts any`;
      return this.trouble("cluster-certificate", `shows a certificate that is not trusted: ${error.message}`, hint);
    }
    return this.trouble(
      "cluster-unreachable",
      `the connection broke: ${error.message}`,
      "look whether kube-apiserver runs (crictl ps, journalctl -u kubelet)",
      error,
    );
  }

  private trouble(code: string, message: string, hint?: string, cause?: unknown): Failure {
    return new Failure(`the API at ${this.shown} ${message}`, { code, fault: "host", hint, cause });
  }
}

class Silent extends Error {}

/** Errors of proxies and of the API's own filters are plain text. */
function bodyOf(text: string, status: number): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body as Readonly<Record<string, unknown>>;
  } catch {
    // told below as what it is
  }
  return { kind: "Status", code: status, message: text.trim() };
}

/** `299 - "text"`, several with commas between (RFC 7234, 5.5). */
function warningsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(", ") : (header ?? "");
  return [...text.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!.replace(/\\(.)/g, "$1"));
}
