import type { Place } from "../source/place.ts";

export interface Group {
  readonly name: string;
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly vars: Record<string, unknown>;
  /** ansible_group_priority; 1 when not given. */
  priority: number;
}

export interface Host {
  readonly name: string;
  /** Direct groups only. */
  readonly groups: Set<string>;
  /** From inventory files and scripts (level 8). */
  readonly vars: Record<string, unknown>;
  readonly source?: string | undefined;
  readonly place?: Place | undefined;
}

/** Hosts and groups, in the order in which they were written. Always holds the groups `all` and `ungrouped`. */
export interface Inventory {
  readonly hosts: Map<string, Host>;
  readonly groups: Map<string, Group>;
  /** Absolute paths (or host-list text) as given by -i. */
  readonly sources: readonly string[];
  /** What could not be parsed but was no reason to stop (Ansible's warnings). */
  readonly warnings: readonly string[];
}
