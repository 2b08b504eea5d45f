import assert from "node:assert/strict";
import { test } from "node:test";
import { Float } from "../../engine/expression/values.ts";
import { Failure } from "../../engine/source/failure.ts";
import { renderHandlebars } from "../../engine/template/handlebars.ts";
import { scopeOf } from "../expression/scope.ts";
import { written } from "../support/written.ts";

const scope = scopeOf({
  name: "web",
  port: 80,
  version: new Float(8),
  items: ["a", "b"],
  hosts: [
    { name: "x", tags: ["t"] },
    { name: "y", tags: [] },
  ],
  upper_name: "{{ name | upper }}",
  config: { a: 1, b: "<&>" },
  enabled: true,
  broken: "{{ nowhere }}",
});

const cases: readonly (readonly [string, string])[] = [
  ["{{name}}:{{port}} {{version}} {{upper_name}}", "web:80 8.0 WEB"],
  ["{{config.b}}", "<&>"],
  ["{{#each hosts}}{{name}}{{#unless @last}},{{/unless}}{{/each}}", "x,y"],
  ["{{#each hosts as |host|}}{{host.name}}{{../port}} {{/each}}", "x80 y80 "],
  ["{{items}} {{join items '-'}}", "a,b a-b"],
  ["{{default nope 'x'}} {{default config.zz 'y'}} {{default name 'z'}}", "x y web"],
  ["{{#each hosts}}{{default alias name}} {{/each}}", "x y "],
  ["{{to_json config}}", '{"a": 1, "b": "<&>"}'],
  ["{{join (map hosts attribute='name') '+'}}", "x+y"],
  ["{{#each (dict2items config)}}{{key}}={{value};{{/each}}".replace("{{value}", "{{value}}"), "a=1;b=<&>;"],
  ["{{#if enabled}}on{{else}}off{{/if}}", "on"],
  ["{{regex_replace name '^w' 'W'}}", "Web"],
];

for (const [text, expected] of cases) test(text, () => assert.equal(renderHandlebars(written(text), scope, { file: "x.hbs" }), expected));

const failures: readonly (readonly [string, string, RegExp, string])[] = [
  ["a\n {{nme}}", "undefined-variable", /'nme' is undefined/, "2:4"],
  ["{{config.zz}}", "undefined-variable", /'zz'/, "1:3"],
  ["{{broken}}", "undefined-variable", /'nowhere' is undefined/, "1:1"],
  ["\n{{#if enabled}", "template-syntax", /cannot be read/, "2:1"],
  ["x {{combine config 5}}", "expression-type", /expected dicts/, "1:3"],
];

for (const [text, code, message, at] of failures) {
  test(`failure of ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => renderHandlebars(written(text), scope, { file: "x.hbs" }),
      (error: unknown) => {
        assert.ok(error instanceof Failure, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.equal(`${error.place?.line}:${error.place?.column}`, at);
        return true;
      },
    );
  });
}
