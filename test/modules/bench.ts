import { randomBytes } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { LabHost } from "../../engine/lab/host.ts";
import { compareTrees } from "../../engine/lab/tree.ts";
import type { Controller } from "../../engine/modules/contract.ts";
import type { Bench } from "../../engine/modules/laws/judge.ts";
import type { Situation } from "../../engine/modules/laws/situation.ts";
import { validateArgs } from "../../engine/modules/validate.ts";
import type { Session } from "../../engine/session/contract.ts";
import { Failure } from "../../engine/source/failure.ts";
import { carryOut } from "../../engine/task/carry-out.ts";
import { handsOnHost } from "../../engine/task/hands-on-host.ts";
import { renderHandlebars } from "../../engine/template/handlebars.ts";
import { renderJinja } from "../../engine/template/jinja.ts";
import { scopeOf } from "./scope.ts";
import { written } from "../support/written.ts";

/** The controller's folder with a situation's files, and a web server that the lab's hosts reach. */
export class Files {
  readonly folder: string;
  readonly url: string;
  readonly #server: Server;

  private constructor(folder: string, url: string, server: Server) {
    this.folder = folder;
    this.url = url;
    this.#server = server;
  }

  /** @param address of this machine, as the hosts see it */
  static async open(address: string): Promise<Files> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "tsplay-laws-"));
    const server = createServer((request, response) => {
      const file = path.join(folder, path.normalize(decodeURIComponent((request.url ?? "/").replace(/\?.*/, ""))));
      if (!existsSync(file)) response.writeHead(404).end();
      else createReadStream(file).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return new Files(folder, `http://${address}:${(server.address() as AddressInfo).port}`, server);
  }

  async fill(files: Readonly<Record<string, string>>): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, contentOf(content));
    }
    await mkdir(this.folder, { recursive: true });
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function contentOf(text: string): string | Buffer {
  if (text.startsWith("base64:")) return Buffer.from(text.slice("base64:".length), "base64");
  return text.startsWith("random:") ? randomBytes(Number(text.slice("random:".length))) : text;
}

/** The session, with something that happens after the first script's answer and before the second script. */
function interrupted(session: Session, between: () => Promise<void>): Session {
  let count = 0;
  let happened: Promise<void> | undefined;
  return {
    forward: (address, port) => session.forward(address, port),
    close: () => session.close(),
    async run(script, options) {
      count += 1;
      if (count > 1) await (happened ??= between());
      return await session.run(script, options);
    },
  };
}

/** @param timeout for a script, in milliseconds */
export function benchOf(host: LabHost, session: Session, files: Files, situation: Situation, timeout = 120_000): Bench {
  return {
    session,
    work: "/srv/law",
    places: { files: files.folder, url: files.url },
    controller: controllerFor(files.folder, situation, host.name),
    carryOut: (module, args, how) => {
      const { environment, beforeApply } = how;
      // an attacked script that takes that long waits for the other end of a fifo
      const run = { environment, timeout: beforeApply === undefined ? timeout : 15_000 };
      return carryOut(module, args, handsOnHost(module, args, beforeApply === undefined ? session : interrupted(session, beforeApply), { run }), how);
    },
    validate(module, given) {
      const place = { file: "laws.yaml", line: 1, column: 1 };
      const { args, problems } = validateArgs(module.args, given ?? {}, { raw: given as object, place, moduleName: module.name, partial: false });
      if (problems[0] !== undefined) throw problems[0];
      return args;
    },
    tree: () => host.tree(),
    compare: compareTrees,
  };
}

export function controllerFor(folder: string, situation: Pick<Situation, "vars">, host: string): Controller {
  const scope = scopeOf(situation.vars ?? {}, folder);
  return {
    host,
    playbookDirectory: folder,
    decrypt: (bytes) => bytes,
    findFile(name) {
      const file = path.resolve(folder, name);
      if (!existsSync(file)) throw new Failure(`file not found: ${name}`, { code: "file-not-found", fault: "playbook" });
      return file;
    },
    renderTemplate: (file, options) =>
      file.endsWith(".hbs")
        ? renderHandlebars(written(readFileSync(file, "utf8")), scope, { file })
        : renderJinja(written(readFileSync(file, "utf8")), scope, { ...options, file }),
  };
}
