import type { Target } from "../../engine/session/contract.ts";
import type { Lab } from "../../engine/lab/lab.ts";
import { Failure } from "../../engine/source/failure.ts";

/** A target for a lab host that depends on nothing of the user's own ~/.ssh. */
export function targetOf(lab: Lab, host: string, more: Partial<Target> & { readonly options?: string } = {}): Target {
  const { options = "", ...rest } = more;
  return {
    name: host,
    connection: "ssh",
    host: lab.host(host).address,
    user: "root",
    privateKeyFile: lab.keyFile,
    sshArgs: `-F none -o UserKnownHostsFile=${lab.knownHostsFile} -o GlobalKnownHostsFile=none -o IdentityAgent=none ${options}`,
    ...rest,
  };
}

/** For assert.rejects: a failure of that code whose message and hint say what is expected. */
export function failsWith(code: string | readonly string[], ...said: readonly (string | RegExp)[]): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof Failure) || ![code].flat().includes(error.code)) throw error;
    const text = `${error.message} (${error.hint ?? ""})`;
    for (const expected of said)
      if (typeof expected === "string" ? !text.includes(expected) : !expected.test(text)) throw new Error(`expected ${expected} in: ${text}`);
    return true;
  };
}
