import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asNumber } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { isDict } from "../python/types.ts";
import { answered } from "../waiting.ts";
import { outputLater, outputNow } from "./output.ts";

const texts = (terms: unknown): string[] => (terms as unknown[]).flatMap((term) => (Array.isArray(term) ? term.map(anyText) : [anyText(term)]));

function shell(command: string, directory: string): string {
  const program = { file: "/bin/sh", args: ["-c", command], cwd: directory, what: `the command ${command}` };
  return answered(`sh ${directory}\0${command}`, { hasEffects: true, now: () => outputNow(program), later: (signal) => outputLater(program, signal) });
}

/** Runs in a process of its own, for whoever cannot wait for it. The request goes in over stdin, so that no secret is in an argv. */
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
  const input = JSON.stringify(request);
  const program = { file: process.execPath, args: ["--no-warnings", "-e", fetcher], input, what: `the request of ${request.url}` };
  return answered(`url ${input}`, { hasEffects: true, now: () => outputNow(program), later: (signal) => outputLater(program, signal) });
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
