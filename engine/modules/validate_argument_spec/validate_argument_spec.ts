import type { ControllerModule } from "../contract.ts";
import { args, type ArgsOf, mapping } from "../schema.ts";
import { secretsOfSpec, validateRoleArguments } from "../role-arguments.ts";

const schema = args({
  argument_spec: mapping("The options, as in a role's argument_specs.", { required: true }),
  provided_arguments: mapping("Values that count before the variables of the same names."),
  validate_args_context: mapping("Which role's entry point it is, for messages."),
});

export const validateArgumentSpec: ControllerModule<ArgsOf<typeof schema>> = {
  name: "validate_argument_spec",
  summary: "Checks variables against an argument spec",
  args: schema,
  rawArgs: ["argument_spec", "provided_arguments"],
  act: ({ argument_spec, provided_arguments, validate_args_context }, context) => {
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(argument_spec)) {
      const given = provided_arguments?.[name];
      const value = given === undefined ? context.variable(name) : context.template(given);
      if (value !== undefined) values[name] = value;
    }
    const errors = validateRoleArguments(argument_spec, values);
    const result = { argument_spec_data: argument_spec, validate_args_context: validate_args_context ?? {} };
    const secrets = secretsOfSpec(argument_spec, values);
    if (errors.length === 0) return { msg: "The arg spec validation passed", result, secrets };
    return { secrets, failed: true, msg: `Validation of arguments failed:\n${errors.join("\n")}`, result: { ...result, argument_errors: errors } };
  },
  doc: {
    examples: `- validate_argument_spec:\n    argument_spec:\n      app_port: {type: int, required: true}`,
    returns: { argument_errors: "What is wrong, one text each" },
  },
};
