import assert from "node:assert/strict";
import { test } from "node:test";
import { becomeEnd, becomeProblem, lacksPromptFlag, launchOf } from "../../engine/session/become.ts";
import type { Become } from "../../engine/session/contract.ts";

const PROMPT = "[sudo via tsplay 123] password:";
const launch = (become: Become): ReturnType<typeof launchOf> => launchOf({ become, shell: "/bin/sh", word: "word", prompt: PROMPT });
const sudo = (password?: string): Become => ({ method: "sudo", user: "root", password });
const su = (password?: string): Become => ({ method: "su", user: "root", password });

/** What programs that the lab's hosts do not have say (sudo-rs, other PAM modules), and what only looks like it. */
const cases: readonly { readonly name: string; readonly become: Become; readonly noise: string; readonly said: RegExp | undefined }[] = [
  { name: "sudo asks", become: sudo("x"), noise: PROMPT, said: undefined },
  { name: "sudo asks again", become: sudo("x"), noise: `${PROMPT}\n${PROMPT}`, said: /refused the password/ },
  { name: "sudo-rs asks, with our prompt in its own", become: sudo("x"), noise: `[sudo: ${PROMPT.slice(1, -1)}] Password: `, said: undefined },
  { name: "sudo-rs asks again", become: sudo("x"), noise: "[sudo: authenticate] Password: \n[sudo: authenticate] Password: ", said: /refused the password/ },
  {
    name: "sudo-rs refuses",
    become: sudo("x"),
    noise: "[sudo: authenticate] Password: sudo: Authentication failed, try again.\n",
    said: /refused the password/,
  },
  { name: "sudo-rs -n", become: sudo(), noise: "sudo: interactive authentication is required\n", said: /none was given/ },
  { name: "sudo -n", become: sudo(), noise: "sudo: a password is required\n", said: /none was given/ },
  { name: "requiretty", become: sudo("x"), noise: "sudo: sorry, you must have a tty to run sudo\n", said: /wants a terminal/ },
  { name: "su asks nobody", become: su(), noise: "Password: ", said: /none was given/ },
  { name: "su refuses", become: su("x"), noise: "Password: \nsu: Authentication failure\n", said: /refused the password/ },
  { name: "a greeting about passwords, su", become: su(), noise: "Your password: change it soon\nPassword policy: strict\n", said: undefined },
  { name: "a greeting about passwords, sudo", become: sudo(), noise: "Password expires in: 3 days\n", said: undefined },
];
for (const { name, become, noise, said } of cases) {
  test(`become understands: ${name}`, () => {
    const problem = becomeProblem(launch(become), noise);
    if (said === undefined) assert.equal(problem, undefined);
    else assert.match(problem?.message ?? "", said);
  });
}

const ends: readonly { readonly noise: string; readonly code: number; readonly said: RegExp }[] = [
  { noise: "joe is not in the sudoers file.\n", code: 1, said: /does not allow/ },
  { noise: "sudo: I'm sorry joe. I'm afraid I can't do that\n", code: 1, said: /does not allow/ },
  { noise: "sudo: unknown user ghost\n", code: 1, said: /no user root/ },
  { noise: "sh: 1: exec: sudo: not found\n", code: 127, said: /not found on the host/ },
  { noise: "something else\nin two lines\n", code: 9, said: /exit status 9: something else \/ in two lines/ },
  { noise: "", code: 97, said: /exit status 97/ },
];
for (const { noise, code, said } of ends) {
  test(`become's end is told: ${noise.trim() || "without a word"}`, () => assert.match(becomeEnd(launch(sudo("x")), noise, code).message, said));
}

test("a sudo that knows no -p is asked again without", () => {
  const old = launch(sudo("x"));
  for (const noise of ["sudo: unrecognized option '-p'", "error: unexpected argument '-p' found"]) assert.ok(lacksPromptFlag(old, noise), noise);
  assert.equal(lacksPromptFlag(old, PROMPT), false);
  assert.ok(!launchOf({ become: sudo("x"), shell: "/bin/sh", word: "w", prompt: PROMPT, hasPromptFlag: false }).command.includes(" -p "));
});

test("no secret is in a command", () => {
  for (const method of ["sudo", "su", "doas"] as const) assert.ok(!launch({ method, user: "root", password: "s3cret" }).command.includes("s3cret"), method);
});
