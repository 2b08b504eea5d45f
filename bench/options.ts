import { parseArgs } from "node:util";

export const peerNames = ["ansible", "mitogen", "pyinfra"] as const;
export type PeerName = (typeof peerNames)[number];

export interface BenchOptions {
  /** One repetition; peers only with the play itself. */
  readonly quick: boolean;
  readonly peers: readonly PeerName[];
  readonly hosts: number;
  /** Round trip of the far variant, milliseconds; 0 leaves it out. */
  readonly latency: number;
  /** Where the numbers go as JSON. */
  readonly json: string | undefined;
}

export const USAGE = `npm run bench -- [--quick] [--peers ansible,mitogen,pyinfra|none] [--hosts 4] [--latency 100] [--json FILE]
`;

/** @throws Error for an option that is none */
export function benchOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      peers: { type: "string", default: peerNames.join(",") },
      hosts: { type: "string", default: "4" },
      latency: { type: "string", default: "100" },
      json: { type: "string" },
    },
  });
  const peers = values.peers === "none" ? [] : values.peers.split(",");
  const unknown = peers.find((name) => !(peerNames as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--peers: there is no "${unknown}", only ${peerNames.join(", ")} and none`);
  return { quick: values.quick, peers: peers as PeerName[], hosts: Number(values.hosts), latency: Number(values.latency), json: values.json };
}
