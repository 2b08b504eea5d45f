/**
 * The directories that are missing below one that exists, outermost first; the last one is `path` as it was written.
 * @param existing the nearest directory above that is there
 */
export function missingFolders(path: string, existing: string | undefined): string[] {
  const clean = path.replace(/(.)\/+$/, "$1");
  const base = existing === undefined || existing === "." ? "" : existing.replace(/\/+$/, "");
  const isBelow = base !== "" && clean.startsWith(`${base}/`);
  const rest = (isBelow ? clean.slice(base.length) : clean).split("/").filter((part) => part !== "");
  let folder = isBelow ? base : clean.startsWith("/") ? "" : undefined;
  const folders: string[] = [];
  for (const part of rest) {
    folder = folder === undefined ? part : `${folder}/${part}`;
    folders.push(folder);
  }
  if (folders.length > 0) folders[folders.length - 1] = path;
  return folders;
}
