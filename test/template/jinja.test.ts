import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { evaluate } from "../../engine/expression/evaluate.ts";
import { parseJson } from "../../engine/expression/filters/data.ts";
import { renderJinja } from "../../engine/template/jinja.ts";
import { Failure } from "../../engine/source/failure.ts";
import { scopeOf } from "../expression/scope.ts";
import { written } from "../support/written.ts";

const folder = fileURLToPath(new URL("cases/", import.meta.url));
const vars = parseJson(readFileSync(path.join(folder, "vars.json"), "utf8")) as Record<string, unknown>;

// NAME.out is what ansible-core 2.19.14 makes of NAME.j2
for (const name of readdirSync(folder).filter((file) => file.endsWith(".j2"))) {
  test(name, () => {
    const file = path.join(folder, name);
    const rendered = renderJinja(written(readFileSync(file, "utf8")), scopeOf(vars), { file, searchPath: [folder] });
    assert.equal(rendered, readFileSync(file.replace(/j2$/, "out"), "utf8"));
  });
}

test("options of the template module", () => {
  const render = (text: string, options: object): string => renderJinja(written(text), scopeOf(vars), { file: "/x.j2", ...options });
  assert.equal(render("<< name >>", { variableStartString: "<<", variableEndString: ">>" }), "web");
  assert.equal(render("a\n{{ name }}\n", { newlineSequence: "\r\n" }), "a\r\nweb\r\n");
  assert.equal(render("{% if on %}\nx\n{% endif %}\n", { trimBlocks: false }), "\nx\n");
  assert.equal(render("  {% if on %}x{% endif %}", { lstripBlocks: true }), "x");
  assert.equal(render("{{ extra }}{{ name }}", { extra: { extra: 1 } }), "1web");
});

test("the lookup template", () => {
  const scope = scopeOf(vars, { searchPath: [folder] });
  assert.equal(evaluate(written("lookup('template', 'nonewline.j2')"), scope), "no newline web");
});

const failures: readonly (readonly [string, string, RegExp, number, number])[] = [
  ["a\nb {{ prot }}\n", "undefined-variable", /'prot' is undefined/, 2, 6],
  ["a\n{% if on %}\nb\n", "template-syntax", /never closed/, 2, 4],
  ["{% for x in hosts %}\n{{ x.nam }}\n{% endfor %}", "undefined-variable", /'nam'/, 2, 6],
  ["x\n\n{% include 'nope.j2' %}", "template-not-found", /nope\.j2/, 3, 4],
  ["{% endif %}", "template-syntax", /endif/, 1, 4],
  ["\n{{ name | uper }}", "unknown-filter", /uper/, 2, 11],
  ["{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "template-recursion", /without end/, 1, 1],
  ["#jinja2: trim:True\nx", "template-syntax", /unknown setting/, 1, 9],
];

for (const [text, code, message, line, column] of failures) {
  test(`failure of ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => renderJinja(written(text), scopeOf(vars), { file: "/t/x.j2", searchPath: [] }),
      (error: unknown) => {
        assert.ok(error instanceof Failure, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.equal(error.place?.file, "/t/x.j2");
        assert.equal(error.place?.line, line);
        if (code !== "template-recursion") assert.equal(error.place?.column, column);
        return true;
      },
    );
  });
}
