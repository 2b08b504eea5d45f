import { spawnSync } from "node:child_process";
import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asNumber } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { isDict } from "../python/types.ts";

const MAX_OUTPUT = 256 * 1024 * 1024;
const texts = (terms: unknown): string[] => (terms as unknown[]).flatMap((term) => (Array.isArray(term) ? term.map(anyText) : [anyText(term)]));

function shell(command: string, directory: string): string {
  const result = spawnSync("/bin/sh", ["-c", command], { cwd: directory, encoding: "utf8", maxBuffer: MAX_OUTPUT, stdio: ["ignore", "pipe", "pipe"] });
  if (result.error !== undefined) throw new Problem(`the command ${command} could not run: ${result.error.message}`);
  if (result.status !== 0) {
    const tail = result.stderr.trim().split("\n").slice(-3).join("\n");
    throw new Problem(
      `the command ${command} ended with ${result.status === null ? `signal ${result.signal}` : `status ${result.status}`}${tail === "" ? "" : `: ${tail}`}`,
    );
  }
  return result.stdout;
}

/** Runs in a process of its own: fetch cannot be awaited here. The request goes in over stdin, so that no secret is in an argv. */
const fetcher = `
let input = "";
process.stdin.on("data", (chunk) => (input += chunk)).on("end", async () => {
  const { url, method, headers, body, timeout, insecure } = JSON.parse(input);
  if (insecure) process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  try {
    const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(timeout) });
    if (!answer.ok) throw new Error("HTTP status " + answer.status + " " + answer.statusText);
    process.stdout.write(Buffer.from(await answer.arrayBuffer()));
  } catch (error) {
    process.stderr.write(error.message + (error.cause ? ": " + error.cause.message : ""));
    process.exitCode = 1;
  }
});`;

interface Request {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly insecure: boolean;
}

function fetchText(request: Request): string {
  const result = spawnSync(process.execPath, ["--no-warnings", "-e", fetcher], { input: JSON.stringify(request), encoding: "utf8", maxBuffer: MAX_OUTPUT });
  if (result.error !== undefined || result.status !== 0) throw new Problem(`cannot get ${request.url}: ${result.error?.message ?? result.stderr}`);
  return result.stdout;
}

export const processLookups: Plugins = {
  pipe: plugin(["*terms"], (call, terms) => texts(terms).map((command) => shell(command, call.scope.environment.playbookDirectory).trimEnd())),
  lines: plugin(["*terms"], (call, terms) =>
    texts(terms).flatMap((command) => {
      const lines = shell(command, call.scope.environment.playbookDirectory).split(/\r?\n/);
      return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
    }),
  ),
  url: plugin(
    [
      "*terms",
      ["validate_certs", true],
      ["split_lines", true],
      ["username", null],
      ["password", null],
      ["headers", {}],
      ["timeout", 10],
      ["force", false],
      ["http_agent", "ansible-httpget"],
      ["method", "GET"],
      ["body", null],
      "**more",
    ],
    (_, terms, validates, splits, user, password, headers, timeout, _force, agent, method, body) =>
      texts(terms).flatMap((url) => {
        const authorization: Record<string, string> =
          user === null ? {} : { Authorization: `Basic ${Buffer.from(`${anyText(user)}:${password === null ? "" : anyText(password)}`).toString("base64")}` };
        const given = isDict(headers) ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, anyText(value)])) : {};
        const text = fetchText({
          url,
          method: anyText(method),
          headers: { "User-Agent": anyText(agent), ...authorization, ...given },
          body: body === null ? undefined : anyText(body),
          timeout: asNumber(timeout) * 1000,
          insecure: !truthy(validates),
        });
        if (!truthy(splits)) return [text];
        const lines = text.split(/\r?\n/);
        return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
      }),
  ),
};
