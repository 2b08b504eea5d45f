import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import test from "node:test";

const parts = ["facts", "way", "place"]
  .map((name) => readFileSync(path.resolve(import.meta.dirname, `../../engine/modules/parts/${name}.sh`), "utf8"))
  .join("\n");
const shells: readonly (readonly string[])[] = [["dash"], ["busybox", "sh"], ["bash"]];

/** Runs sh after the parts that place files, in a folder of its own. */
function place(shell: readonly string[], folder: string, text: string): { code: number | null; said: string } {
  const [program, ...rest] = shell;
  const ran = spawnSync(program!, [...rest, "-c", `umask 022\n${parts}\n${text}`], { cwd: folder, encoding: "utf8", timeout: 20_000 });
  return { code: ran.status, said: ran.stdout.replaceAll("\0", "\n") + ran.stderr };
}

function modeOf(file: string): string {
  return (lstatSync(file).mode & 0o7777).toString(8);
}

for (const shell of shells) {
  const hasShell = spawnSync(shell[0]!, ["-c", "true"]).error === undefined || shell[0] === "busybox";
  test(`files are put in place by ${shell.join(" ")}`, { skip: hasShell ? false : `no ${shell[0]}` }, () => {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tsplay-place-")));
    try {
      const made = place(
        shell,
        folder,
        `put() { printf '%s' "$1" | { write_mode=00640 write_backup=1; write_file f; }; }
         put old && put new || exit
         put_text g 0644 text && put_link l g && put_link h g hard && make_way a/b
         set_mode=0711 && make_folder d && set_mode=0604 && adjust g
         # what has come in place of a file is left alone
         ln -s g swapped; (adjust swapped) || printf 'refused %s\\n' "$?"`,
      );
      assert.equal(made.code, 0, made.said);
      assert.match(made.said, /backup_file=.*\/f\.[0-9]+\.[-0-9@:]+~\n/);
      assert.match(made.said, /refused 9/);
      assert.match(made.said, /exchanged while the task ran/);
      assert.equal(readFileSync(path.join(folder, "f"), "utf8"), "new");
      assert.equal(modeOf(path.join(folder, "f")), "640");
      assert.equal(
        readFileSync(
          path.join(
            folder,
            readdirSync(folder).find((name) => name.endsWith("~"))!,
          ),
          "utf8",
        ),
        "old",
      );
      assert.equal(readlinkSync(path.join(folder, "l")), "g");
      assert.equal(lstatSync(path.join(folder, "h")).ino, lstatSync(path.join(folder, "g")).ino);
      assert.equal(modeOf(path.join(folder, "g")), "604");
      assert.equal(modeOf(path.join(folder, "d")), "711");
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.includes("tsplay")),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test(`a way is found as realpath finds it, by ${shell.join(" ")}`, { skip: hasShell ? false : `no ${shell[0]}` }, () => {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tsplay-way-")));
    try {
      mkdirSync(path.join(folder, "a/b"), { recursive: true });
      writeFileSync(path.join(folder, "a/b/f"), "");
      symlinkSync("a/b", path.join(folder, "relative"));
      symlinkSync(path.join(folder, "a"), path.join(folder, "absolute"));
      symlinkSync("../absolute/b/f", path.join(folder, "a/up"));
      symlinkSync("loop", path.join(folder, "loop"));
      for (const name of ["a/b/f", "relative/f", "absolute/b/../b/f", "a/up", "./a//b/./f", "relative/../up"]) {
        const found = place(shell, folder, `way '${name}' follow; printf %s "$way"`);
        assert.equal(found.said, path.join(folder, "a/b/f"), name);
      }
      assert.equal(place(shell, folder, 'way a/up; printf %s "$way"').said, path.join(folder, "a/up"));
      assert.equal(place(shell, folder, 'way relative/new/x; printf %s "$way"').said, path.join(folder, "a/b/new/x"));
      assert.equal(place(shell, folder, 'way /; printf %s "$way"').said, "/");
      assert.match(place(shell, folder, "way loop follow").said, /too many levels/);
      // names that come and go in a folder of everybody's say nothing of the link
      const busy = `(while :; do : >../busy.$$; rm -f ../busy.$$; done) & busy=$!
        tries=0; while [ $tries -lt 100 ]; do (way relative/f follow) || break; tries=$((tries + 1)); done
        kill "$busy"; printf %s "$tries"`;
      assert.equal(place(shell, folder, busy).said, "100");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
