// A host's facts never steer the connection to it. The names are asked of the code that reads them, so that a new one is covered by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Undefined } from "../../engine/expression/values.ts";
import { createFacts } from "../../engine/variables/facts.ts";
import { becomeOf, targetOf } from "../../engine/variables/target.ts";
import { scopeOf } from "../expression/scope.ts";

/** Every variable that is looked at on the way to a host. */
function connectionNames(): Set<string> {
  const asked = new Set<string>();
  for (const connection of ["ssh", "local"]) {
    for (const method of ["sudo", "su", "doas"]) {
      const given: Record<string, unknown> = { ansible_connection: connection, ansible_become: true, ansible_become_method: method };
      const base = scopeOf(given);
      const scope = {
        ...base,
        has: (name: string) => (asked.add(name), Object.hasOwn(given, name)),
        get: (name: string) => (asked.add(name), Object.hasOwn(given, name) ? given[name] : new Undefined(name)),
      };
      targetOf("h", scope);
      becomeOf("h", scope);
    }
  }
  return asked;
}

/** Others that ansible-core's connections read. */
const OTHERS = [
  "ansible_python_interpreter",
  "ansible_ruby_interpreter",
  "ansible_remote_tmp",
  "ansible_pipelining",
  "ansible_shell_type",
  "ansible_ssh_executable",
  "ansible_scp_extra_args",
  "ansible_sudo_pass",
];

const FACTS = [
  "ansible_hostname",
  "ansible_user_id",
  "ansible_user_dir",
  "ansible_local",
  "ansible_env",
  "ansible_ssh_host_key_rsa_public",
  "ansible_ssh_host_key_rsa_public_keytype",
  "ansible_python",
  "ansible_default_ipv4",
  "services",
];

test("what a host says of the way to it is not taken", (t) => {
  const names = [...connectionNames(), ...OTHERS];
  assert.ok(names.length > 30, `only ${names.length} names were asked for`);
  const facts = createFacts();
  facts.add(Object.fromEntries([...names, ...FACTS].map((name) => [name, "said"])));
  const injected = facts.layers.flatMap((layer) => [...layer.names()]);
  assert.deepEqual(
    names.filter((name) => injected.includes(name)),
    [],
  );
  assert.deepEqual(
    FACTS.filter((name) => !injected.includes(name)),
    [],
  );
  t.diagnostic(`measured: ${names.length} variables of connections`);
});
