// scheme://user:password@host; the last @ before the path ends the password, which may hold one itself. Without the scheme: looking for where it
// begins would take a text of a megabyte, such as base64, more than linear time
const CREDENTIALS = /:\/\/([^/?#\s"'<>]*)@/g;
/** A name without a password is a token when it is as long as one. */
const TOKEN = 20;

/** The passwords and tokens in the URLs of a text, as they are written there and as they are meant. */
export function credentialsIn(text: string): string[] {
  if (!text.includes("://") || !text.includes("@")) return [];
  return [...text.matchAll(CREDENTIALS)].flatMap(([, written = ""]) => {
    const colon = written.indexOf(":");
    const secret = colon === -1 ? (written.length >= TOKEN ? written : "") : written.slice(colon + 1);
    // what a template will bring is known when it has brought it
    return secret === "" || secret.includes("{{") ? [] : [secret, decoded(secret)];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // a lone % is allowed to stand for itself
    return text;
  }
}
