/** Playbooks made by programs: JSON is YAML. */
export function dump(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}
