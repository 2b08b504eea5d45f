import type { Answer } from "../../session/contract.ts";
import { type Facts, factsOf } from "./facts.ts";

/**
 * Divides what a script printed into a tool's own output and the records that the script adds at the end, after a NUL.
 * @param keys the names that the first record may have; the output may hold NULs of its own
 */
export function divide(stdout: Buffer, ...keys: readonly string[]): { readonly output: Buffer; readonly facts: Facts } {
  for (const key of keys) {
    const at = stdout.lastIndexOf(`\0${key}=`);
    if (at !== -1) return { output: stdout.subarray(0, at), facts: recordsOf(stdout.subarray(at + 1)) };
  }
  return { output: stdout, facts: recordsOf(Buffer.alloc(0)) };
}

function recordsOf(stdout: Buffer): Facts {
  const answer: Answer = { code: 0, stdout, stderr: Buffer.alloc(0) };
  return factsOf(answer);
}
