import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../engine/expression/evaluate.ts";
import { scopeOf } from "./scope.ts";
import { written } from "../support/written.ts";

// after the documentation of ansible.utils.ipaddr
const cases: readonly (readonly [string, unknown])[] = [
  ["'192.168.1.5/24' | ipaddr", "192.168.1.5/24"],
  ["'nohost' | ipaddr", false],
  ["'192.168.1.5/24' | ipaddr('address')", "192.168.1.5"],
  ["'192.168.1.5/24' | ansible.utils.ipaddr('network')", "192.168.1.0"],
  ["'192.168.1.5/24' | ipaddr('netmask')", "255.255.255.0"],
  ["'192.168.1.5/255.255.0.0' | ipaddr('prefix')", 16],
  ["'192.168.1.5/24' | ipaddr('subnet')", "192.168.1.0/24"],
  ["'192.168.1.0/24' | ipaddr('net')", "192.168.1.0/24"],
  ["'192.168.1.5/24' | ipaddr('net')", false],
  ["'192.168.1.5/24' | ipaddr('broadcast')", "192.168.1.255"],
  ["'192.168.1.0/24' | ipaddr(1)", "192.168.1.1/24"],
  ["'192.168.1.0/24' | ipaddr('-2')", "192.168.1.254/24"],
  ["'192.168.1.0/24' | ipaddr('1') | ipaddr('address')", "192.168.1.1"],
  ["'192.168.1.0/24' | ipaddr('range_usable')", "192.168.1.1-192.168.1.254"],
  ["'192.168.1.7' | ipaddr('192.168.0.0/16')", "192.168.1.7"],
  ["'10.1.1.7' | ipaddr('192.168.0.0/16')", false],
  ["['10.0.0.1', 'x', '2001:db8::1/64', '8.8.8.8'] | ipv4", ["10.0.0.1", "8.8.8.8"]],
  ["['10.0.0.1', 'x', '2001:db8::1/64'] | ipv6('address')", ["2001:db8::1"]],
  ["['10.0.0.1', '8.8.8.8'] | ipaddr('private')", ["10.0.0.1"]],
  ["['10.0.0.1', '8.8.8.8'] | ipaddr('public')", ["8.8.8.8"]],
  ["'2001:DB8:0:0:0:0:0:1/64' | ipaddr('address')", "2001:db8::1"],
  ["'::1' | ipwrap", "[::1]"],
  ["'10.0.0.1' | ipwrap", "10.0.0.1"],
  ["'2001:db8::1/64' | ipwrap", "[2001:db8::1]/64"],
  ["'name' | ipwrap", "name"],
  ["'192.168.0.0/16' | ipsubnet(20)", 16],
  ["'192.168.0.0/16' | ipsubnet(20, 0)", "192.168.0.0/20"],
  ["'192.168.0.0/16' | ipsubnet(20, -1)", "192.168.240.0/20"],
  ["'192.168.144.5' | ipsubnet(20)", "192.168.144.0/20"],
  ["'192.168.144.5' | ipsubnet(18, 0)", "192.168.128.0/18"],
  ["'192.168.144.5' | ipsubnet(18, -1)", "192.168.144.4/31"],
  ["'192.168.144.16/30' | ipsubnet('192.168.144.0/24')", 5],
  ["'192.168.1.5' | ipmath(5)", "192.168.1.10"],
  ["'2001::1' | ipmath(10)", "2001::b"],
  ["'1.2.3.4' | ipaddr('revdns')", "4.3.2.1.in-addr.arpa."],
  ["'1.2.3.4' is ipv4 and '::1' is ipv6 and 'x' is not ip", true],
];

for (const [text, value] of cases) test(text, () => assert.deepEqual(evaluate(written(text), scopeOf({})), value));
