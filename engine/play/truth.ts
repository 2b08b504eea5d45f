/** Whether a keyword or argument that is not a template says yes. */
export function isTrue(value: unknown): boolean {
  return value === true || (value !== false && /^(y|yes|on|1|true|t)$/i.test(String(value)));
}
