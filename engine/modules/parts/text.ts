/** The lines of a command's answer, without the empty ones. */
export function splitLines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** JSON as Python's json.dumps writes it: `{"a": [1, 2]}`, and everything beyond ASCII escaped. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null && !("toJSON" in value)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`)
      .join(", ")}}`;
  }
  if (typeof value === "object" && value !== null && value.constructor.name === "Float") return String(value);
  return (JSON.stringify(value) ?? "null").replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** How content given as an argument is written to a file: text as it is, lists and mappings as JSON, numbers and booleans as Python prints them. */
export function contentText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null || value === undefined) return "";
  if (typeof value === "object" && value.constructor.name !== "Float" && value.constructor.name !== "Unsafe") return pythonJson(value);
  return String(value);
}
