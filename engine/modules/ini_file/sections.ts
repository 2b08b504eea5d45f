import { decodeText, type Edited, type EditState } from "../parts/edit.ts";
import { literal } from "../parts/regex.ts";
import type { IniArgs, SectionCondition } from "./ini_file.ts";

/** One line that sets the option. */
interface Setting {
  readonly isInactive: boolean;
  readonly value: string;
}

const BOM = "\ufeff";

/** The content that the file shall have. */
export function editSections(current: EditState, args: IniArgs): Edited {
  const file = decodeText(current.bytes ?? Buffer.alloc(0));
  const hasBom = file.text.startsWith(BOM);
  const ini = new Ini(hasBom ? file.text.slice(1) : file.text, args);
  const msg = args.state === "present" ? ini.present() : ini.absent();
  if (current.bytes === undefined && args.state === "absent") return { content: undefined, msg: "OK" };
  // the empty line of an empty file is only there to be written to
  if (current.bytes?.length === 0 && msg === "OK") return { content: current.bytes, msg };
  return { content: file.encode(`${hasBom ? BOM : ""}${ini.lines.join("")}`), msg };
}

class Ini {
  /** Each with its newline. */
  readonly lines: string[];
  /** The section's first line behind its header, and the one behind its last. */
  #from = 0;
  #to = 0;
  #isFound: boolean;
  readonly #option: string | undefined;
  /** What is still to be set. */
  #values: string[];
  #msg = "OK";

  constructor(
    text: string,
    readonly args: IniArgs,
  ) {
    this.lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? ["\n"];
    const last = this.lines.at(-1)!;
    if (!last.endsWith("\n")) this.lines[this.lines.length - 1] = `${last}\n`;
    this.#option = args.option;
    this.#values = [...new Set(args.value === undefined ? (args.values ?? []) : [args.value])];
    this.#isFound = this.#find();
  }

  #find(): boolean {
    const ends = (from: number): number => {
      const end = this.lines.findIndex((line, index) => index >= from && line.startsWith("["));
      return end === -1 ? this.lines.length : end;
    };
    const { section } = this.args;
    if (section === undefined || section === "") {
      this.#to = ends(0);
      return true;
    }
    const header = new RegExp(`^\\[\\s*${literal(section.trim())}\\s*]`);
    for (const [index, line] of this.lines.entries()) {
      if (!header.test(line)) continue;
      this.#from = index + 1;
      this.#to = ends(index + 1);
      if (this.#has(this.args.section_has_values ?? [])) return true;
    }
    return false;
  }

  #has(conditions: readonly SectionCondition[]): boolean {
    return conditions.every((condition) => {
      const wanted = valuesOf(condition);
      return this.#section().some((line) => {
        const setting = settingOf(condition.option, line);
        return setting !== undefined && (wanted.length === 0 || wanted.includes(setting.value));
      });
    });
  }

  #section(): string[] {
    return this.lines.slice(this.#from, this.#to);
  }

  #replace(lines: readonly string[]): void {
    this.lines.splice(this.#from, this.#to - this.#from, ...lines);
    this.#to = this.#from + lines.length;
  }

  #setting(line: string): Setting | undefined {
    const setting = this.#option === undefined ? undefined : settingOf(this.#option, line);
    return setting?.isInactive === true && (this.args.state === "absent" || !this.args.modify_inactive_option) ? undefined : setting;
  }

  absent(): string {
    if (this.args.section !== undefined && !this.#isFound) return this.#msg;
    if (this.#option === undefined) {
      this.#replace([]);
      if (this.#from > 0) this.lines.splice(this.#from - 1, 1);
      return "section removed";
    }
    const kept = this.#section().filter((line) => {
      const setting = this.#setting(line);
      return setting === undefined || (!this.args.exclusive && !this.#values.includes(setting.value));
    });
    if (kept.length !== this.#to - this.#from) this.#msg = "option changed";
    this.#replace(kept);
    return this.#msg;
  }

  present(): string {
    if (!this.#isFound) return this.#addSection();
    if (this.#option === undefined) return this.#msg;
    const { exclusive, allow_no_value: mayBeBare } = this.args;
    const settled = new Set<number>();
    const lines = this.#section();
    const isBare = this.#settleEqual(lines, settled);
    if (exclusive && !mayBeBare) {
      for (const [index, line] of lines.entries()) {
        if (this.#values.length === 0) break;
        if (!settled.has(index) && this.#setting(line) !== undefined) this.#write(lines, index, settled, this.#line(this.#values.shift()!));
      }
      const others = lines.filter((line, index) => settled.has(index) || this.#setting(line) === undefined);
      if (others.length !== lines.length) this.#msg = "option changed";
      lines.splice(0, lines.length, ...others);
    }
    const added = this.#values.map((value) => this.#line(value));
    if (added.length === 0 && mayBeBare && !isBare && (this.args.value ?? this.args.values?.[0]) === undefined) added.push(`${this.#option}\n`);
    if (added.length > 0) this.#msg = "option added";
    // behind the last line that says something
    const last = lines.findLastIndex((line) => !/^[ \t]*([#;].*)?$/.test(line.replace(/\n$/, "")));
    lines.splice(last + 1, 0, ...added);
    this.#replace(lines);
    return this.#msg;
  }

  /** Lines that hold a wanted value stay where they are, in the wanted spelling. @returns whether the bare option is there */
  #settleEqual(lines: string[], settled: Set<number>): boolean {
    const { allow_no_value: mayBeBare } = this.args;
    const hadValues = this.#values.length > 0;
    for (const [index, line] of lines.entries()) {
      const setting = this.#setting(line);
      if (setting === undefined) continue;
      if (!hadValues && mayBeBare) {
        this.#write(lines, index, settled, `${this.#option}\n`);
        return true;
      }
      if (!this.#values.includes(setting.value)) continue;
      this.#write(lines, index, settled, setting.value === "" && mayBeBare ? `${this.#option}\n` : this.#line(setting.value));
      this.#values = this.#values.filter((value) => value !== setting.value);
    }
    return false;
  }

  #write(lines: string[], index: number, settled: Set<number>, line: string): void {
    settled.add(index);
    const old = lines[index]!;
    const before = settingOf(this.#option!, old);
    const isSpaceOnly = this.args.ignore_spaces && before?.isInactive === false && before.value === settingOf(this.#option!, line)?.value;
    if (old === line || isSpaceOnly) return;
    lines[index] = line;
    this.#msg = "option changed";
  }

  #line(value: string, option = this.#option): string {
    return this.args.no_extra_spaces ? `${option}=${value}\n` : `${option} = ${value}\n`;
  }

  #addSection(): string {
    this.lines.push(`[${this.args.section}]\n`);
    for (const condition of this.args.section_has_values ?? []) {
      const values = valuesOf(condition);
      if (condition.option === this.#option) {
        if (!this.args.exclusive) this.#values = [...new Set([...this.#values, ...values])];
      } else if (values.length > 0) this.lines.push(...values.map((value) => this.#line(value, condition.option)));
      else if (this.args.allow_no_value) this.lines.push(`${condition.option}\n`);
    }
    if (this.#option === undefined || (this.#values.length === 0 && !this.args.allow_no_value)) return "only section added";
    this.lines.push(...(this.#values.length === 0 ? [`${this.#option}\n`] : this.#values.map((value) => this.#line(value))));
    return "section and option added";
  }
}

function valuesOf(condition: SectionCondition): readonly string[] {
  return condition.value === undefined ? (condition.values ?? []) : [condition.value];
}

/** What a line sets, if it sets `option`: commented out by # or ; it is inactive. */
function settingOf(option: string, line: string): Setting | undefined {
  const match = new RegExp(`^[ \\t]*([#;]?)[ \\t]*${literal(option)}[ \\t]*(?:=|$)[ \\t]*(.*)`, "m").exec(line);
  return match === null ? undefined : { isInactive: match[1] !== "", value: match[2]! };
}
