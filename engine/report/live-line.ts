import { clip } from "./text.ts";

const REDRAW_MILLISECONDS = 100;
// return to column 1, erase the line
const ERASE = "\r\u001b[2K";

export interface LiveLineOptions {
  write(text: string): void;
  columns(): number;
  /** Milliseconds. */
  now(): number;
  /** What the line says now; empty for nothing. */
  text(): string;
}

/** The one line at the bottom of a terminal that tells how far the run is. Everything lasting is written above it. */
export interface LiveLine {
  /** Lasting text, whole lines. */
  print(text: string): void;
  /** Draws anew unless that was done less than a tenth of a second ago. */
  refresh(): void;
  /** Erases the line for good. */
  close(): void;
}

export function createLiveLine(options: LiveLineOptions): LiveLine {
  let isDrawn = false;
  let isClosed = false;
  let lastDraw = -Infinity;
  let shown = "";

  const draw = (): void => {
    if (isClosed) return;
    lastDraw = options.now();
    // A full last column would wrap on some terminals
    const text = clip(options.text(), options.columns() - 1);
    if (text === shown && isDrawn) return;
    options.write(isDrawn ? ERASE + text : text);
    shown = text;
    isDrawn = text !== "";
  };
  const refresh = (): void => {
    if (options.now() - lastDraw >= REDRAW_MILLISECONDS) draw();
  };
  const timer = setInterval(refresh, REDRAW_MILLISECONDS);
  timer.unref();

  return {
    print(text) {
      options.write(isDrawn ? ERASE + text : text);
      isDrawn = false;
      shown = "";
      refresh();
    },
    refresh,
    close() {
      clearInterval(timer);
      if (isDrawn) options.write(ERASE);
      isDrawn = false;
      isClosed = true;
    },
  };
}
