import { Problem } from "../problem.ts";
import { float, PyObject, typeError, type PyFunction } from "./types.ts";
import { strftime } from "./strftime.ts";

const two = (value: number): string => String(value).padStart(2, "0");

/** A date and time without a zone, to the microsecond, as Python's naive datetime. */
export class DateTime extends PyObject {
  readonly typeName = "datetime";
  /** The fields as if they were UTC, in milliseconds. */
  readonly fields: Date;
  readonly microseconds: number;
  /** Minutes east of UTC, when the text said so. */
  readonly offset: number | undefined;

  constructor(milliseconds: number, microseconds = 0, offset?: number) {
    super();
    this.fields = new Date(milliseconds);
    this.microseconds = microseconds;
    this.offset = offset;
  }

  static now(utc: boolean): DateTime {
    const now = new Date();
    return new DateTime(now.getTime() - (utc ? 0 : now.getTimezoneOffset() * 60_000));
  }

  /** Local time of an instant. */
  static local(milliseconds: number): DateTime {
    const date = new Date(milliseconds);
    return new DateTime(milliseconds - date.getTimezoneOffset() * 60_000);
  }

  get order(): number {
    return this.fields.getTime() * 1000 + this.microseconds - (this.offset ?? 0) * 60_000_000;
  }

  /** Seconds since 1970, the fields taken as local time as Python does. */
  get timestamp(): number {
    if (this.offset !== undefined) return this.order / 1e6;
    const f = this.fields;
    const local = new Date(f.getUTCFullYear(), f.getUTCMonth(), f.getUTCDate(), f.getUTCHours(), f.getUTCMinutes(), f.getUTCSeconds(), f.getUTCMilliseconds());
    return local.getTime() / 1000 + this.microseconds / 1e6;
  }

  override attribute(name: string): unknown {
    const f = this.fields;
    const method = (run: PyFunction): PyFunction => run;
    switch (name) {
      case "year":
        return f.getUTCFullYear();
      case "month":
        return f.getUTCMonth() + 1;
      case "day":
        return f.getUTCDate();
      case "hour":
        return f.getUTCHours();
      case "minute":
        return f.getUTCMinutes();
      case "second":
        return f.getUTCSeconds();
      case "microsecond":
        return f.getUTCMilliseconds() * 1000 + this.microseconds;
      case "strftime":
        return method(([format]) => strftime(String(format), this));
      case "isoformat":
        return method(([separator = "T"]) => this.text(String(separator)));
      case "timestamp":
        return method(() => float(this.timestamp));
      case "weekday":
        return method(() => (f.getUTCDay() + 6) % 7);
      case "isoweekday":
        return method(() => f.getUTCDay() || 7);
      case "date":
        return method(() => new DateTime(Date.UTC(f.getUTCFullYear(), f.getUTCMonth(), f.getUTCDate())));
    }
    return undefined;
  }

  arithmetic(operator: string, other: unknown): unknown {
    if (operator === "-" && other instanceof DateTime) return new TimeDelta(this.order - other.order);
    if ((operator === "-" || operator === "+") && other instanceof TimeDelta) {
      const moved = this.fields.getTime() * 1000 + this.microseconds + (operator === "+" ? 1 : -1) * other.order;
      return new DateTime(Math.floor(moved / 1000), ((moved % 1000) + 1000) % 1000, this.offset);
    }
    throw typeError(`a date cannot be used with ${operator} here`);
  }

  override text(separator = " "): string {
    const f = this.fields;
    const micro = f.getUTCMilliseconds() * 1000 + this.microseconds;
    const date = `${String(f.getUTCFullYear()).padStart(4, "0")}-${two(f.getUTCMonth() + 1)}-${two(f.getUTCDate())}`;
    const time = `${two(f.getUTCHours())}:${two(f.getUTCMinutes())}:${two(f.getUTCSeconds())}`;
    const zone =
      this.offset === undefined ? "" : `${this.offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(this.offset) / 60))}:${two(Math.abs(this.offset) % 60)}`;
    return `${date}${separator}${time}${micro === 0 ? "" : `.${String(micro).padStart(6, "0")}`}${zone}`;
  }
}

/** The distance of two dates, in microseconds. */
export class TimeDelta extends PyObject {
  readonly typeName = "timedelta";
  readonly order: number;

  constructor(microseconds: number) {
    super();
    this.order = microseconds;
  }

  get #days(): number {
    return Math.floor(this.order / 86_400e6);
  }

  get #seconds(): number {
    return Math.floor((this.order - this.#days * 86_400e6) / 1e6);
  }

  override attribute(name: string): unknown {
    switch (name) {
      case "days":
        return this.#days;
      case "seconds":
        return this.#seconds;
      case "microseconds":
        return this.order - this.#days * 86_400e6 - this.#seconds * 1e6;
      case "total_seconds":
        return (): unknown => float(this.order / 1e6);
    }
    return undefined;
  }

  arithmetic(operator: string, other: unknown): unknown {
    if (other instanceof TimeDelta && operator === "-") return new TimeDelta(this.order - other.order);
    if (other instanceof TimeDelta && operator === "+") return new TimeDelta(this.order + other.order);
    throw new Problem(`a duration cannot be used with ${operator} here`, "expression-type");
  }

  override text(): string {
    const seconds = this.#seconds;
    const micro = this.order - this.#days * 86_400e6 - seconds * 1e6;
    const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${micro === 0 ? "" : `.${String(micro).padStart(6, "0")}`}`;
    return this.#days === 0 ? clock : `${this.#days} day${Math.abs(this.#days) === 1 ? "" : "s"}, ${clock}`;
  }
}
