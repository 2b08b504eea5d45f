import { execFileSync } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createHash } from "node:crypto";

/** A web server that gives its files only to who knows the password; what lies in open/ it gives to all. */
export interface SecretServer {
  readonly address: string;
  /** The password of the user `law` from now on. */
  password: string;
  close(): void;
}

/** @param address of this machine, as the hosts see it */
export async function startSecretServer(address: string): Promise<SecretServer> {
  const folder = mkdtempSync(path.join(tmpdir(), "tsplay-secrets-"));
  fill(folder);
  const state = { password: "" };
  const server = createServer((request, response) => {
    const name = path.normalize(decodeURIComponent((request.url ?? "/").replace(/\?.*/, "")));
    const [, given = ""] = /^Basic (.*)$/.exec(request.headers.authorization ?? "") ?? [];
    if (!name.startsWith("/open/") && Buffer.from(given, "base64").toString("utf8") !== `law:${state.password}`) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="law"' }).end("who are you?\n");
      return;
    }
    const file = path.join(folder, name);
    const found = statSync(file, { throwIfNoEntry: false });
    // pip takes a page for an index only when it is called one
    if (found?.isDirectory() === true) response.setHeader("content-type", "text/html");
    if (found?.isDirectory() === true)
      createReadStream(path.join(file, "index.html"))
        .on("error", () => response.writeHead(404).end())
        .pipe(response);
    else if (found === undefined) response.writeHead(404).end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    address: `${address}:${(server.address() as AddressInfo).port}`,
    get password() {
      return state.password;
    },
    set password(password) {
      state.password = password;
    },
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}

function fill(folder: string): void {
  const write = (name: string, content: string | Buffer): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  };
  const run = (command: string): void => void execFileSync("sh", ["-euc", command], { cwd: folder, stdio: "pipe" });
  write("hello", "hello\n");
  write("open/hello", "hello\n");
  write("SUMS", `${createHash("sha256").update("hello\n").digest("hex")}  hello\n`);
  write("key.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJYV9Ysw9SPFYMBGfJ/u7XRzgZ0Fs+mnnSmw2wC2Xt8k law@example.org\n");
  write("key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\nx\n-----END PGP PUBLIC KEY BLOCK-----\n");
  write("x", "x\n");
  run("tar czf x.tar.gz x");
  run(`
    git init -q -b main work && cd work && git config user.email a@b && git config user.name x
    echo 1 >f && git add f && git commit -qm 1 && git branch two && git checkout -q two && echo 2 >g && git add g && git commit -qm 2 && git checkout -q main
    cd .. && git clone -q --bare work repo.git && cd repo.git && git update-server-info`);
  run(`
    mkdir -p deb/DEBIAN debian && printf 'Package: law-secret\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@y>\\nDescription: x\\n' >deb/DEBIAN/control
    dpkg-deb -b --root-owner-group deb law.deb >/dev/null && : >debian/Packages`);
  run(`python3 - <<'END'
import zipfile
info = "law-1.0.dist-info"
with zipfile.ZipFile("law-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("law.py", "x = 1\\n")
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: law\\nVersion: 1.0\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: law\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", f"law.py,,\\n{info}/METADATA,,\\n{info}/WHEEL,,\\n{info}/RECORD,,\\n")
END`);
  write("simple/law/index.html", '<!DOCTYPE html><html><body><a href="../../law-1.0-py3-none-any.whl">law-1.0-py3-none-any.whl</a></body></html>\n');
}
