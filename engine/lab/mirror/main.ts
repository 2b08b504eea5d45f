// The mirror of one lab, as a process of its own: it lives until `tsplay lab down` ends it. Started by start.ts with the lab's folder.
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { identify } from "../process.ts";
import type { MirrorContent } from "./server.ts";
import { serve } from "./server.ts";

const folder = path.join(process.argv[2]!, "mirror");
const { content, address, port } = JSON.parse(await readFile(path.join(folder, "setting.json"), "utf8")) as {
  content: MirrorContent;
  address: string;
  port: number;
};
await serve(content, address, port);
const self = await identify(process.pid);
await writeFile(path.join(folder, "pid.new"), `${self!.pid} ${self!.start}\n`);
await rename(path.join(folder, "pid.new"), path.join(folder, "pid"));
