/**
 * Whether a task with these tags runs, by Ansible's rules: `always` runs unless skipped by name, `never` only when asked for,
 * `tagged`, `untagged` and `all` are understood on both sides.
 */
export function isSelected(tags: readonly string[], runTags: readonly string[], skipTags: readonly string[]): boolean {
  if (runTags.length === 0 && skipTags.length === 0) return !tags.includes("never");
  const own = new Set(tags.length === 0 ? ["untagged"] : tags);
  const isTagged = !own.has("untagged");
  const matches = (asked: readonly string[]): boolean => asked.some((tag) => own.has(tag));
  if (runTags.length > 0) {
    const wanted =
      own.has("always") || (runTags.includes("all") && !own.has("never")) || matches(runTags) || (runTags.includes("tagged") && isTagged && !own.has("never"));
    if (!wanted) return false;
  } else if (own.has("never")) {
    return false;
  }
  if (skipTags.length === 0) return true;
  if (skipTags.includes("all")) return own.has("always") && !skipTags.includes("always");
  return !matches(skipTags) && !(skipTags.includes("tagged") && isTagged);
}
