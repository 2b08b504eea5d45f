import type { Cluster } from "../kubernetes/contract.ts";
import type { ApiModule } from "../modules/contract.ts";
import { type Applied, diffsOf, type Hands, isVerified } from "./carry-out.ts";

export interface OnApiOptions {
  /** Told every text that no event may show, as soon as it is known. */
  readonly hide?: (secret: string) => void;
  /** Called before `apply`. */
  readonly onApply?: () => void;
}

/** A module's probe and apply as calls of an API. */
export function handsOnApi<A, S, R>(module: ApiModule<A, S, R>, args: A, cluster: Cluster, options: OnApiOptions): Hands<S, R> {
  const hide = (current: S | undefined): void => {
    for (const secret of module.secrets?.(args, current) ?? []) options.hide?.(secret);
  };
  const probe = async (): Promise<S> => {
    const state = (await module.probe?.(args, cluster)) as S;
    hide(state);
    return state;
  };
  hide(undefined);
  return {
    probe,
    diff: (changes, before) => Promise.resolve(diffsOf(module.diff?.(changes, before, args), changes)),
    apply:
      module.apply === undefined
        ? undefined
        : async (changes, before): Promise<Applied<S, R>> => {
            options.onApply?.();
            const answer = await module.apply!(changes, before, args, cluster);
            return { answer, said: {}, ...(isVerified(module, args) ? { after: { state: await probe() } } : {}) };
          },
    assumes: (before) => module.assumes?.(before, args) ?? [],
  };
}
