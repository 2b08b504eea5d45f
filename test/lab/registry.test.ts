import assert from "node:assert/strict";
import test from "node:test";
import { answer } from "../../engine/lab/mirror/registry.ts";
import { rangeOf } from "../../engine/lab/mirror/server.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const descriptor = (letter: string): { mediaType: string; digest: string; size: number } => ({ mediaType: "m", digest: digest(letter), size: 1 });
const images = new Map([
  ["registry.k8s.io/pause:3.10", descriptor("a")],
  ["registry.k8s.io/coredns/coredns:v1", descriptor("b")],
  ["docker.io/library/pause:3.10", descriptor("c")],
]);

const cases: { path: string; ns?: string; want: string }[] = [
  { path: "/v2/", want: "base" },
  { path: "/v2/pause/manifests/3.10", ns: "registry.k8s.io", want: digest("a") },
  { path: "/v2/coredns/coredns/manifests/v1", ns: "registry.k8s.io", want: digest("b") },
  { path: "/v2/library/pause/manifests/3.10", ns: "docker.io", want: digest("c") },
  { path: "/v2/registry.k8s.io/pause/manifests/3.10", want: digest("a") },
  { path: "/v2/pause/manifests/3.10", want: digest("a") },
  { path: `/v2/pause/manifests/${digest("b")}`, ns: "registry.k8s.io", want: digest("b") },
  { path: `/v2/pause/blobs/${digest("f")}`, ns: "registry.k8s.io", want: digest("f") },
  { path: "/v2/pause/manifests/3.11", ns: "registry.k8s.io", want: "404 MANIFEST_UNKNOWN the lab has no image registry.k8s.io/pause:3.11" },
  { path: "/v2/pause/manifests/3.10", ns: "quay.io", want: "404 MANIFEST_UNKNOWN the lab has no image quay.io/pause:3.10" },
  { path: "/v2/_catalog", want: "404 UNSUPPORTED only manifests and blobs can be read here" },
];

test("the registry finds an image by its registry's name, or by its path alone", () => {
  for (const { path, ns, want } of cases) {
    const said = answer(path, ns, images);
    const short = said.kind === "blob" ? said.digest : said.kind === "base" ? "base" : `${said.status} ${said.code} ${said.message}`;
    assert.equal(short, want, `${path} ${ns ?? ""}`);
  }
});

test("ranges", () => {
  const of = (header: string | undefined): string => {
    const range = rangeOf(header, 10);
    return range === undefined ? "all" : range === "none" ? "none" : `${range.start}-${range.end}`;
  };
  const wanted = { "bytes=0-3": "0-3", "bytes=4-": "4-9", "bytes=-3": "7-9", "bytes=-30": "0-9", "bytes=5-99": "5-9", "bytes=10-": "none", "bytes=-": "all" };
  for (const [header, want] of Object.entries(wanted)) assert.equal(of(header), want, header);
  assert.equal(of(undefined), "all");
  assert.equal(of("bytes=0-1,4-5"), "all");
});
