import { holdsSecret, splitUrl } from "./url.ts";

/**
 * Variables for parts/git_credentials.sh: git asks a helper for names and passwords, which knows them from the environment. An address with a
 * password stands in the argv of git and of every program that git starts for it, for all users to see.
 * @param urls addresses as given; those without a secret need nothing
 */
export function gitCredentials(urls: readonly string[]): Record<string, string> {
  const wanted = urls.filter((url) => /^(git\+)?https?:\/\//i.test(url) && holdsSecret(url));
  if (wanted.length === 0) return { git_exports: "" };
  const vars: Record<string, string> = {};
  const parameters = ["credential.helper="];
  for (const [index, url] of wanted.entries()) {
    const { bare, user, password } = splitUrl(url);
    const origin = /^(?:git\+)?(https?:\/\/[^/?#]*)/i.exec(bare)![1]!;
    vars[`TSPLAY_GIT_${index}`] = `username=${user ?? ""}\npassword=${password ?? ""}`;
    // for this host only: submodules may lie on others
    parameters.push(`credential.${origin}.helper=!f() { test "$1" = get && printf "%s\\n" "$TSPLAY_GIT_${index}"; }; f`);
  }
  vars["GIT_CONFIG_PARAMETERS"] = parameters.map((parameter) => `'${parameter}'`).join(" ");
  return { ...vars, git_exports: Object.keys(vars).join(" ") };
}
