import assert from "node:assert/strict";
import test from "node:test";
import { args, boolean, choice, integer, list, mapping, mode, path, string } from "../../engine/modules/schema.ts";
import { validateArgs } from "../../engine/modules/validate.ts";
import { omit } from "../../engine/expression/values.ts";
import { read } from "../support/written.ts";

const schema = args(
  {
    path: path("The file.", { required: true, aliases: ["dest", "name"] }),
    state: choice("What it is to be.", ["file", "absent", "yes"], { default: "file" }),
    mode: mode("Permissions."),
    recurse: boolean("All below."),
    tries: integer("How often.", { default: 3 }),
    groups: list("Groups."),
    env: mapping("Environment."),
    src: string("Source."),
    content: string("Content."),
    ports: list(
      "Ports.",
      {},
      {
        type: "object",
        properties: { port: { type: "integer" }, proto: { type: "string", enum: ["tcp", "udp"] } },
        required: ["port"],
        additionalProperties: false,
      },
    ),
  },
  { mutuallyExclusive: [["src", "content"]], requiredIf: [["state", "absent", ["src", "content"], true]], requiredTogether: [["env", "groups"]] },
);

const place = { file: "x.yml", line: 1, column: 1 };
const run = (given: object, partial = false) => validateArgs(schema, given, { raw: {}, place, moduleName: "thing", partial });

const good: readonly (readonly [string, object, object])[] = [
  ["defaults and aliases", { dest: "/x" }, { path: "/x", state: "file", tries: 3 }],
  ["words for booleans", { path: "/x", recurse: "yes" }, { path: "/x", recurse: true, state: "file", tries: 3 }],
  ["a boolean that was meant as a word", { path: "/x", state: true, src: "a" }, { path: "/x", state: "yes", src: "a", tries: 3 }],
  ["an octal number as mode", { path: "/x", mode: 0o644 }, { path: "/x", mode: "0644", state: "file", tries: 3 }],
  ["a symbolic mode", { path: "/x", mode: "u+rwX,go=" }, { path: "/x", mode: "u+rwX,go=", state: "file", tries: 3 }],
  [
    "text to number, commas to list",
    { path: "/x", tries: "5", groups: "a, b", env: "A=1" },
    { path: "/x", tries: 5, groups: ["a", "b"], env: { A: "1" }, state: "file" },
  ],
  ["booleans and numbers to text", { path: 5, src: true }, { path: "5", src: "True", state: "file", tries: 3 }],
  ["omit and null are not given", { path: "/x", src: omit, content: null }, { path: "/x", state: "file", tries: 3 }],
  ["nested", { path: "/x", ports: [{ port: "80", proto: "tcp" }] }, { path: "/x", ports: [{ port: 80, proto: "tcp" }], state: "file", tries: 3 }],
];

for (const [name, given, expected] of good) {
  test(`arguments: ${name}`, () => {
    const { args: result, problems } = run(given);
    assert.deepEqual(
      problems.map((problem) => problem.message),
      [],
    );
    assert.deepEqual(result, expected);
  });
}

const bad: readonly (readonly [string, object, string, string?])[] = [
  ["unknown", { path: "/x", recurze: true }, '"recurze" is not an argument of thing', 'did you mean "recurse"?'],
  ["missing", {}, 'thing needs "path"'],
  ["choice", { path: "/x", state: "absend" }, '"state" of thing must be one of file, absent, yes, not "absend"', 'did you mean "absent"?'],
  ["type", { path: "/x", tries: "many" }, '"tries" of thing must be a whole number, not "many"'],
  ["boolean", { path: "/x", recurse: "maybe" }, '"recurse" of thing must be true or false, not "maybe"'],
  ["mode", { path: "/x", mode: "rwx------" }, '"mode" of thing must be a file mode such as "0644" or "u=rw,go=r", not "rwx------"'],
  ["list for text", { path: "/x", src: ["a"] }, '"src" of thing must be text, not a list'],
  ["exclusive", { path: "/x", src: "a", content: "b" }, "thing: parameters are mutually exclusive: src|content"],
  ["required if", { path: "/x", state: "absent" }, "thing: state is absent but any of the following are missing: src, content"],
  ["together", { path: "/x", groups: ["a"] }, "thing: parameters are required together: env, groups"],
  ["nested key", { path: "/x", ports: [{ port: 1, protocl: "tcp" }] }, '"ports" of thing has the unknown key "protocl" (at 0)', 'did you mean "proto"?'],
  ["nested choice", { path: "/x", ports: [{ port: 1, proto: "tcq" }] }, '"ports" of thing must be one of tcp, udp (at 0.proto)'],
  ["free text", { path: "/x", _raw_params: "hello" }, "thing takes no free text"],
];

for (const [name, given, message, hint] of bad) {
  test(`arguments refused: ${name}`, () => {
    const { problems } = run(given);
    assert.deepEqual(
      problems.map((problem) => problem.message),
      [message],
    );
    if (hint !== undefined) assert.equal(problems[0]!.hint, hint);
  });
}

test("arguments: templates are not judged before the run", () => {
  assert.deepEqual(run(read({ path: "/x", tries: "{{ n }}", state: "{{ s }}", src: "{{ a | default(omit) }}", content: "b" }), true).problems, []);
});
