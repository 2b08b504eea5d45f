import type { Failure } from "../../source/failure.ts";
import { becomeEnd, lastLines, type Launch } from "../become.ts";
import type { ChannelEnd } from "../channel.ts";
import { trouble } from "../trouble.ts";

/**
 * Why no sh answered.
 * @param noise what was said instead
 * @param end how the process ended; undefined when it gave no answer in time
 * @param timeout milliseconds
 */
export function startFailure(host: string, launch: Launch, noise: string, end: ChannelEnd | undefined, timeout: number): Failure {
  const said = lastLines(noise);
  const { become } = launch;
  if (become !== undefined && end !== undefined) {
    const problem = becomeEnd(launch, noise, end.code);
    return trouble(host, "become-failed", problem.message, { hint: problem.hint });
  }
  if (become !== undefined) {
    return trouble(host, "become-failed", `${become.exe ?? become.method} gave no answer in ${timeout / 1000} s${said === "" ? "" : `; it said: ${said}`}`, {
      hint: "look whether it asks for something else than a password",
    });
  }
  return end === undefined
    ? trouble(host, "shell-failed", `the shell gave no answer in ${timeout / 1000} s`, { hint: "look whether the login user's start-up files wait for input" })
    : trouble(host, "shell-failed", `no shell could be started on the host${said === "" ? "" : `: ${said}`}`, {
        hint: "look at the login user's shell, and at ansible_shell_executable",
      });
}
