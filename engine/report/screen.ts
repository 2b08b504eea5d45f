/** Where a reporter writes, and what it may do there. */
export interface Screen {
  write(text: string): void;
  /** Standard error, for warnings; `write` when not given. */
  writeError?(text: string): void;
  readonly isTerminal: boolean;
  /** The width now; terminals are resized. */
  readonly columns: number | (() => number);
  readonly color: boolean;
  /** The number of -v. */
  readonly verbosity: number;
}

export function columnsOf(screen: Screen): number {
  return typeof screen.columns === "function" ? screen.columns() : screen.columns;
}
