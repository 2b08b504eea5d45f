import type { Scope } from "../expression/contract.ts";
import { template } from "../expression/evaluate.ts";
import { omit, Undefined } from "../expression/values.ts";
import type { Module } from "../modules/contract.ts";
import { shortName } from "../modules/index.ts";
import { validateArgs } from "../modules/validate.ts";
import type { Task } from "../play/model.ts";
import { Failure, Failures } from "../source/failure.ts";
import { asWritten, copyPlaces, placeOf, renderedPlaces, templateOfKey } from "../source/place.ts";
import { valueOf } from "./scope.ts";
import { Written } from "../source/written.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * A task's final arguments: templates resolved, `module_defaults` underneath, types made what the module asks for.
 * @throws Failure or Failures: undefined variables, unknown or wrong arguments
 */
export function argumentsOf(task: Task, module: Module, scope: Scope): unknown {
  const raw = isRaw(module);
  const given = ownArguments(task, scope, raw);
  const defaults = raw === undefined ? defaultsOf(task, scope) : {};
  const merged = copyPlaces(given, { ...defaults, ...given });
  const { args, problems } = validateArgs(module.module.args, freeFormNamed(merged, module), {
    raw: task.raw,
    place: task.place,
    moduleName: task.action,
    partial: false,
  });
  if (problems.length === 1) throw problems[0]!;
  if (problems.length > 1) throw new Failures(problems);
  return args;
}

function isRaw(module: Module): ReadonlySet<string> | undefined {
  if (module.kind !== "controller" || module.module.rawArgs === undefined) return undefined;
  return new Set(module.module.rawArgs);
}

function ownArguments(task: Task, scope: Scope, raw: ReadonlySet<string> | undefined): Values {
  const options = { place: placeOf(task.raw, task.module) ?? task.place };
  if (task.args instanceof Written) return mappingOf(template(task.args, scope, options), task);
  const { _variable_params: variable, ...written } = task.args;
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(written)) {
    const final = raw?.has(key) === true ? rawArgument(task.args, key) : template(value, scope, { place: placeOf(task.args, key) ?? options.place });
    if (final instanceof Undefined) {
      throw new Failure(final.message, { code: "undefined-variable", fault: "playbook", place: final.place ?? placeOf(task.args, key), hint: final.hint });
    }
    // `set_fact: "{{ name }}=x"` names its argument by a template
    const name = String(template(templateOfKey(task.args, key) ?? key, scope, options));
    if (final !== omit) own[name] = final;
  }
  const under = variable === undefined ? {} : mappingOf(template(variable, scope, options), task);
  return renderedPlaces(task.args, { ...under, ...own });
}

/** As written, one condition or several: what a person wrote is told from data. */
function rawArgument(args: object, key: string): unknown {
  const value = asWritten(args, key);
  return Array.isArray(value)
    ? copyPlaces(
        value,
        value.map((_, index) => asWritten(value, index)),
      )
    : value;
}

function mappingOf(value: unknown, task: Task): Values {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== omit));
  }
  throw new Failure(`the arguments of ${task.module} must be a mapping, and this template yields something else`, {
    code: "bad-arguments",
    fault: "playbook",
    place: placeOf(task.raw, task.module) ?? task.place,
  });
}

/** `module_defaults`, inner ones last. */
function defaultsOf(task: Task, scope: Scope): Values {
  const layers = task.keywords.module_defaults ?? [];
  let defaults: Record<string, unknown> = {};
  for (const layer of layers) {
    const resolved = valueOf(layer, scope);
    if (typeof resolved !== "object" || resolved === null) continue;
    for (const [name, values] of Object.entries(resolved)) {
      if (shortName(name) === task.action && typeof values === "object" && values !== null) defaults = { ...defaults, ...values };
    }
  }
  return defaults;
}

/** Free text arrives as `_raw_params`; modules know it by the name of an argument. */
function freeFormNamed(args: Values, module: Module): Values {
  if (!Object.hasOwn(args, "_raw_params")) return args;
  const { _raw_params: text, ...rest } = args;
  const name = module.module.freeForm;
  if (name === undefined) return args;
  return copyPlaces(args, { [name]: text, ...rest });
}
