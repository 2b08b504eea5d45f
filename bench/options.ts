import { parseArgs } from "node:util";

export const peerNames = ["ansible", "mitogen", "pyinfra"] as const;
export type PeerName = (typeof peerNames)[number];

export interface BenchOptions {
  /** One repetition; peers only with a play's first and converged run. */
  readonly quick: boolean;
  /** Names of scenarios; all when empty. */
  readonly only: readonly string[];
  readonly peers: readonly PeerName[];
  readonly hosts: number;
  /** Round trip of the far variant, milliseconds; 0 leaves it out. */
  readonly latency: number;
  /** Where the numbers go as JSON. */
  readonly json: string | undefined;
}

export const USAGE = `npm run bench -- [--quick] [--only NAME,...] [--peers ansible,mitogen,pyinfra|none] [--hosts 4] [--latency 100] [--json FILE]
`;

/** @throws Error for an option that is none */
export function benchOptions(argv: readonly string[], scenarios: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      peers: { type: "string", default: peerNames.join(",") },
      hosts: { type: "string", default: "4" },
      latency: { type: "string", default: "100" },
      json: { type: "string" },
    },
  });
  const only = values.only.flatMap((names) => names.split(","));
  known("--only", only, scenarios);
  const peers = values.peers === "none" ? [] : values.peers.split(",");
  known("--peers", peers, peerNames);
  return { quick: values.quick, only, peers: peers as PeerName[], hosts: Number(values.hosts), latency: Number(values.latency), json: values.json };
}

function known(option: string, given: readonly string[], names: readonly string[]): void {
  const unknown = given.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`${option}: there is no "${unknown}", only ${names.join(", ")}`);
}
