import { mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { identify, livingProcess } from "./process.ts";

/** The folder of the lab's bases and running labs: TSPLAY_LAB_HOME, else below XDG_CACHE_HOME, else /var/cache. The inventory script knows this rule too. */
export function labHome(): string {
  if (process.env["TSPLAY_LAB_HOME"]) return process.env["TSPLAY_LAB_HOME"];
  const cache = process.env["XDG_CACHE_HOME"];
  return cache ? path.join(cache, "tsplay", "lab") : "/var/cache/tsplay/lab";
}

/** The folder of one lab while it stands. */
export function labFolder(name: string): string {
  return path.join(labHome(), "labs", name);
}

/** A file that lies beside the sources of the lab. */
export function labFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/**
 * Runs `work` while holding a lock that other processes respect; a lock whose holder has died is taken over.
 * @param onWait called once when somebody else holds it
 */
export async function withLock<T>(name: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  const file = path.join(labHome(), `${name}.lock`);
  await mkdir(path.dirname(file), { recursive: true });
  const self = await identify(process.pid);
  for (let waited = 0; ; waited += 1) {
    try {
      const handle = await open(file, "wx");
      await handle.writeFile(`${self!.pid} ${self!.start}\n`);
      await handle.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      // NOTE: an empty file is a lock that is just being written
      const isWritten = (await readFile(file, "utf8").catch(() => "")).length > 0;
      if (isWritten && (await livingProcess(file)) === undefined) await rm(file, { force: true });
      else {
        if (waited === 4) onWait?.();
        await sleep(50);
      }
    }
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
