import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { loadPlaybook } from "../../engine/play/load.ts";
import type { Failure } from "../../engine/source/failure.ts";
import { moduleNamesForTests } from "./module-names.ts";

/** The names of the roles that the play of a folder with these files has. */
function rolesOf(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "tsplay-roles-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const problems: Failure[] = [];
    const { plays } = loadPlaybook(join(folder, "site.yml"), { moduleNames: moduleNamesForTests, problems });
    assert.deepEqual(
      problems.map((problem) => problem.message),
      [],
    );
    return plays[0]!.roles.flatMap((role) => [role.name, ...role.dependencies.map((dependency) => dependency.name)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const WEB = { "roles/web/tasks/main.yml": "[]\n", "roles/404/tasks/main.yml": "[]\n" };

test("a role is named by where it is had from", () => {
  assert.deepEqual(rolesOf({ ...WEB, "site.yml": "- hosts: all\n  roles:\n    - src: https://example.com/roles/web.git\n" }), ["web"]);
});

test("a role is named by where it is had from, a template", () => {
  const templated = `- hosts: all\n  vars: { server: "https://example.com/a,b" }\n  roles:\n    - src: "{{ server | replace(',', '/') }}/{{ 'web' }}.git"\n`;
  assert.deepEqual(rolesOf({ ...WEB, "site.yml": templated }), ["web"]);
});

test("a role's dependency is named so too", () => {
  const meta = { "roles/site/meta/main.yml": `dependencies:\n  - src: "{{ base }}/web.tar.gz"\n` };
  assert.deepEqual(rolesOf({ ...WEB, ...meta, "site.yml": "- hosts: all\n  vars: { base: /srv }\n  roles: [site]\n" }), ["site", "web"]);
});

test("a role's name may be a number", () => {
  assert.deepEqual(rolesOf({ ...WEB, "site.yml": "- hosts: all\n  roles: [404]\n" }), ["404"]);
});
