import { Chalk } from "chalk";

type Paint = (text: string) => string;

/** Colours by what they mean; every one is the identity without colour. */
export interface Style {
  readonly changed: Paint;
  readonly ok: Paint;
  readonly skipped: Paint;
  readonly failed: Paint;
  readonly unreachable: Paint;
  readonly warning: Paint;
  readonly added: Paint;
  readonly removed: Paint;
  readonly hunk: Paint;
  readonly strong: Paint;
  readonly quiet: Paint;
  readonly place: Paint;
}

export function createStyle(color: boolean): Style {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  // chalk closes and reopens colours around newlines; its functions take texts as they are
  return {
    changed: (text) => chalk.yellow(text),
    ok: (text) => chalk.green(text),
    skipped: (text) => chalk.cyan(text),
    failed: (text) => chalk.red(text),
    unreachable: (text) => chalk.redBright(text),
    warning: (text) => chalk.magentaBright(text),
    added: (text) => chalk.green(text),
    removed: (text) => chalk.red(text),
    hunk: (text) => chalk.cyan(text),
    strong: (text) => chalk.bold(text),
    quiet: (text) => chalk.dim(text),
    place: (text) => chalk.blue(text),
  };
}
