/** Runs `work`, which evaluates. */
export async function resolved<T>(work: () => T, _options: { readonly signal?: AbortSignal; readonly ahead?: boolean } = {}): Promise<T> {
  return work();
}
