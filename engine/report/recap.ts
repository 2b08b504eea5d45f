import type { HostStats } from "./events.ts";
import type { Style } from "./style.ts";
import { harmlessLine, widthOf } from "./text.ts";

type Paint = (text: string) => string;

/** Ansible's recap: one line a host, sorted, in exactly Ansible's columns. */
export function recapLines(stats: Readonly<Record<string, HostStats>>, style: Style): string[] {
  return Object.keys(stats)
    .sort()
    .map((host) => recapLine(host, stats[host]!, style));
}

function recapLine(host: string, stats: HostStats, style: Style): string {
  const paint = stats.failed + stats.unreachable > 0 ? style.failed : stats.changed > 0 ? style.changed : style.ok;
  const name = harmlessLine(host);
  const count = (word: string, number: number, color: Paint): string => {
    const text = `${word}=${String(number).padEnd(4)}`;
    return number === 0 ? text : color(text);
  };
  const counts = [
    count("ok", stats.ok, style.ok),
    count("changed", stats.changed, style.changed),
    count("unreachable", stats.unreachable, style.unreachable),
    count("failed", stats.failed, style.failed),
    count("skipped", stats.skipped, style.skipped),
    count("rescued", stats.rescued, style.ok),
    count("ignored", stats.ignored, style.warning),
  ];
  return `${paint(name)}${" ".repeat(Math.max(0, 26 - name.length))} : ${counts.join(" ")}`;
}

/** `TASK [name] *****`: a headline filled up with stars to the width, as Ansible draws it. */
export function banner(text: string, columns: number): string {
  const line = harmlessLine(text.trim());
  return `\n${line} ${"*".repeat(Math.max(3, columns - widthOf(line)))}`;
}
