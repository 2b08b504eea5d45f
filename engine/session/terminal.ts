import type { Channel, Transport } from "./channel.ts";
import { quote } from "./quote.ts";

/** What the first channel runs: it carries the three streams to and from named pipes that only the login user can open. */
const CARRIER = `umask 077; mkdir "$d" && mkfifo "$d/in" "$d/out" "$d/err" || exit 96
exec 3<&0
cat <&3 >"$d/in" & cat <"$d/out" & o=$!; cat <"$d/err" >&2 & e=$!
wait "$o" "$e"; rm -rf "$d"`;

/**
 * Starts a command that asks for its password on a terminal, and answers there. A terminal alters bytes and mixes stdout and stderr, so the
 * command's own streams are named pipes, carried by a second channel.
 * @param word random, names the folder of the pipes; it is gone when the command ends
 */
export async function openWithTerminal(transport: Transport, command: string, password: string, word: string): Promise<Channel> {
  const folder = `/tmp/.tsplay-${word}`;
  // whoever sees the word in the list of processes may make a folder of that name first: the command reads from none but the user's own
  const isThere = `[ -O ${folder} ] && [ ! -L ${folder} ] && [ -p ${folder}/err ]`;
  // the outer sh keeps the terminal open: doas closes everything before it opens /dev/tty, and sshd would take that for the end
  const [carrier, terminal] = await Promise.all([
    transport.exec(`exec /bin/sh -c ${quote(`d=${folder}; ${CARRIER}`)}`),
    transport.exec(
      `exec /bin/sh -c ${quote(`n=0; until ${isThere}; do sleep 0.1; n=$((n+1)); [ "$n" -lt 100 ] || exit 96; done; (exec <${folder}/in >${folder}/out 2>${folder}/err; ${command}); exit "$?"`)}`,
      { hasTerminal: true },
    ),
  ]);
  let said = "";
  let isAnswered = false;
  terminal.stdout.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1_000);
    if (isAnswered || !/password[^\n]*:/i.test(said)) return;
    isAnswered = true;
    terminal.stdin.write(`${password}\n`);
  });
  terminal.stderr.resume();
  return {
    stdin: carrier.stdin,
    stdout: carrier.stdout,
    stderr: carrier.stderr,
    ended: carrier.ended,
    destroy: () => {
      carrier.destroy();
      terminal.destroy();
    },
  };
}
