/**
 * A Python pattern as an extended regular expression (grep -E), for hosts whose grep has no -P.
 * @returns undefined when it needs more than that
 */
export function plainPattern(pattern: string, isWhole: boolean): string | undefined {
  if (/\(\?(?!:)|\\[1-9AZbBpP]|[*+?}]\?|\\[ux]/.test(pattern)) return undefined;
  const plain = pattern
    .replaceAll("(?:", "(")
    .replace(/\\d/g, "[0-9]")
    .replace(/\\D/g, "[^0-9]")
    .replace(/\\s/g, "[[:space:]]")
    .replace(/\\w/g, "[[:alnum:]_]");
  return isWhole ? plain : `^(${plain})`;
}
