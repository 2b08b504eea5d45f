import { ownFile } from "./source/own-files.ts";

const manifest = JSON.parse(ownFile("../package.json", import.meta.url)) as { version: string };

/** The product's version, from package.json. */
export const version: string = manifest.version;
