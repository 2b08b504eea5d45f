import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { digestIn } from "../../engine/modules/get_url/checksum.ts";
import { downloadVars, fileNameOf } from "../../engine/modules/parts/download.ts";
import { shownUrl } from "../../engine/modules/parts/url.ts";
import { fnmatch } from "../../engine/modules/parts/glob.ts";
import { modeText, resolveMode } from "../../engine/modules/parts/mode.ts";
import { missingFolders } from "../../engine/modules/parts/paths.ts";
import { contentText, pythonJson } from "../../engine/modules/parts/text.ts";
import { strptime } from "../../engine/modules/parts/times.ts";
import { quote, splitCommand } from "../../engine/modules/parts/words.ts";
import { loadYaml } from "../../engine/source/yaml.ts";

test("symbolic modes are ansible-core's", () => {
  const file = path.join(import.meta.dirname, "modes.yaml");
  for (const [wanted, rows] of Object.entries(loadYaml(readFileSync(file, "utf8"), file) as Record<string, [string, boolean, string | null][]>)) {
    for (const [current, isDirectory, outcome] of rows) {
      const resolve = (): string => modeText(resolveMode(wanted, Number.parseInt(current, 8), isDirectory, 0o027));
      if (outcome === null) assert.throws(resolve, /symbolic/, `${wanted} on ${current}`);
      else assert.equal(resolve(), outcome, `${wanted} on ${current}${isDirectory ? ", a directory" : ""}`);
    }
  }
});

test("octal modes", () => {
  assert.equal(resolveMode("0644", 0, false, 0o22), 0o644);
  assert.equal(resolveMode("4755", 0, false, 0o22), 0o4755);
  assert.throws(() => resolveMode("100644", 0, false, 0), /Invalid mode/);
});

test("words", () => {
  const rows: [string, string[]][] = [
    [`a 'b c' "d \\"e" f\\ g`, ["a", "b c", 'd "e', "f g"]],
    ["  x  ''  ", ["x", ""]],
    [`nginx -t -c %s | cat`, ["nginx", "-t", "-c", "%s", "|", "cat"]],
    [`a"b"'c'`, ["abc"]],
    [`"a\\b"`, ["a\\b"]],
  ];
  for (const [line, words] of rows) assert.deepEqual(splitCommand(line), words, line);
  assert.throws(() => splitCommand("a 'b"), /closing/);
  assert.equal(quote("it's"), `'it'\\''s'`);
});

test("shell patterns", () => {
  const rows: [string, string, boolean][] = [
    ["*.log", "a.log", true],
    ["*.log", "a.logs", false],
    ["a?c", "abc", true],
    ["[!a]b", "ab", false],
    ["[!a]b", "xb", true],
    ["[a-c]+(x)", "b+(x)", true],
    ["*", ".x", true],
    ["[]a]", "]", true],
  ];
  for (const [pattern, name, isLike] of rows) assert.equal(fnmatch(pattern)(name), isLike, `${pattern} ${name}`);
});

test("times are read by their format", () => {
  const rows: [string, string, string][] = [
    ["202001021530.45", "%Y%m%d%H%M.%S", "2020-01-02 15:30:45"],
    ["2 Mar 99 1:02 PM", "%d %b %y %I:%M %p", "1999-03-02 13:02:00"],
    ["2020-12-31T23:59:59", "%Y-%m-%dT%H:%M:%S", "2020-12-31 23:59:59"],
  ];
  for (const [text, format, out] of rows) assert.equal(strptime(text, format), out);
  assert.throws(() => strptime("20200102", "%Y-%m-%d"), /do not match/);
  assert.throws(() => strptime("20201302", "%Y%m%d"), /do not match/);
});

test("content is written as Ansible writes it", () => {
  assert.equal(pythonJson({ a: [1, 1.5, true, null], ü: {} }), '{"a": [1, 1.5, true, null], "\\u00fc": {}}');
  assert.deepEqual([contentText("x"), contentText(true), contentText(7), contentText([]), contentText(null)], ["x", "True", "7", "[]", ""]);
});

test("missing folders, outermost first", () => {
  assert.deepEqual(missingFolders("/a/b/c", "/a"), ["/a/b", "/a/b/c"]);
  assert.deepEqual(missingFolders("/a/b/", "/"), ["/a", "/a/b/"]);
  assert.deepEqual(missingFolders("x/y", "."), ["x", "x/y"]);
});

test("digests are found in files of checksums", () => {
  const digest = "d".repeat(40);
  for (const text of [digest, `${digest}  f.bin\n`, `0123  other\n${digest} *./f.bin`, `SHA1 (f.bin) = ${digest}`, `\n${digest}   f.bin\n`])
    assert.equal(digestIn(text, "f.bin", "u"), digest, text);
  assert.throws(() => digestIn(`${digest}  other`, "f.bin", "http://x/SUMS"), /Unable to find a checksum for file 'f.bin' in 'http:\/\/x\/SUMS'/);
});

test("what is secret about a download stays out of its argv", () => {
  const args = { url: "https://me:p%40ss@host/f", timeout: 10, validate_certs: true, headers: { "X-Token": 's"ecret' } };
  const vars = downloadVars(args);
  assert.equal(vars["url"], "https://host/f");
  assert.match(vars["curl_config"]!, /^user = "me:p@ss"$/m);
  assert.match(vars["curl_config"]!, /^header = "X-Token: s\\"ecret"$/m);
  assert.equal(shownUrl(args.url), "https://me:********@host/f");
  assert.throws(() => downloadVars({ ...args, headers: { a: "b\r\nInjected: x" } }), /newline/);
  assert.deepEqual([fileNameOf("http://h/a/b%20c?x#y"), fileNameOf("http://h/"), fileNameOf("http://h")], ["b c", "index.html", "index.html"]);
});
