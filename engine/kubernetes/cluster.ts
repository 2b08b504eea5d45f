import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../source/failure.ts";
import type { Cluster } from "./contract.ts";
import { execOver } from "./exec.ts";
import type { Link } from "./link.ts";

export interface ClusterOptions {
  /** Ends what is under way; its reason is the failure to tell. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** One task's use of a link. */
export function clusterOver(link: Link, options: ClusterOptions): Cluster {
  const { signal, tell } = options;
  return {
    namespace: link.endpoint.namespace,
    request: (request) => link.send(request, signal),
    resourceOf: (apiVersion, kind) => link.resourceOf(apiVersion, kind),
    exec: (request) => execOver(link, request, signal),
    async until(look, { timeout, pause }) {
      const deadline = performance.now() + timeout * 1000;
      for (;;) {
        let lapse: Failure | undefined;
        try {
          const found = await look();
          if (found !== undefined) return found;
        } catch (error) {
          if (!isLapse(error)) throw error;
          lapse = error;
        }
        const left = deadline - performance.now();
        if (left <= 0 && lapse !== undefined) throw lapse;
        if (left <= 0) return undefined;
        // the last look is at the deadline itself
        await sleep(Math.min(pause * 1000, left), undefined, { signal }).catch((error: unknown) => {
          throw link.explained(error as Error, signal);
        });
      }
    },
    tell,
  };
}

/** An API that is restarted answers again in a moment. */
function isLapse(error: unknown): error is Failure {
  return error instanceof Failure && ["cluster-unreachable", "cluster-silent"].includes(error.code);
}
