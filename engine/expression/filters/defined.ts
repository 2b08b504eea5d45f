import { Problem } from "../problem.ts";
import { plugin, tolerant, type Plugins } from "../plugin.ts";
import { truthy } from "../python/compare.ts";
import { text } from "../python/text.ts";
import { Missing, typeName } from "../python/types.ts";
import { Undefined } from "../values.ts";

const fallback = tolerant(["value", ["default_value", ""], ["boolean", false]], (_, value, otherwise, alsoFalse) =>
  value instanceof Undefined || (truthy(alsoFalse) && !truthy(value)) ? otherwise : value,
);

export const definedFilters: Plugins = {
  default: fallback,
  d: fallback,
  mandatory: tolerant(["a", ["msg", null]], (_, value, message) => {
    if (!(value instanceof Undefined)) return value;
    const name = value instanceof Missing ? (value.variable ?? value.attribute) : undefined;
    throw new Problem(
      message === null ? `Mandatory variable ${name === undefined ? "" : `'${name}' `}not defined.` : text(message),
      "undefined-variable",
      value.hint,
    );
  }),
  ternary: tolerant(["value", "true_val", "false_val", ["none_val", null]], (_, value, yes, no, none) => {
    if (value === null && none !== null) return none;
    return truthy(value) ? yes : no;
  }),
  type_debug: tolerant(["obj"], (_, value) => typeName(value)),
  attr: plugin(["obj", "name"], (_, object, name) => new Missing(`object of type '${typeName(object)}' has no attribute '${text(name)}'`, undefined)),
};
