// scheme://user:password@rest; the last @ before the path ends the password, which may hold one itself
const CREDENTIALS = /(:\/\/)([^/?#\s"'<>]*)@/g;
/** A name without a password is a token when it is as long as one. */
const TOKEN = 20;

/** An address, and who asks there. */
export interface SplitUrl {
  /** Without name and password: what may stand in an argv. */
  readonly bare: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Takes name and password out of an url; they are decoded. */
export function splitUrl(url: string): SplitUrl {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#\s]*)@(.*)$/is.exec(url);
  if (match === null) return { bare: url, user: undefined, password: undefined };
  const colon = match[2]!.indexOf(":");
  const user = colon === -1 ? match[2]! : match[2]!.slice(0, colon);
  return { bare: match[1]! + match[3]!, user: decoded(user), password: colon === -1 ? undefined : decoded(match[2]!.slice(colon + 1)) };
}

/** Whether an url holds more than a user's name: a password, or a token in place of a name. */
export function holdsSecret(url: string): boolean {
  const { user, password } = splitUrl(url);
  return password !== undefined || (user !== undefined && user.length >= TOKEN);
}

/** The text as it may be shown, without the passwords of urls in it: those found on a host are known to nobody else. */
export function shownUrl(text: string): string {
  return text.replace(CREDENTIALS, (all, scheme: string, written: string) => {
    const colon = written.indexOf(":");
    if (colon !== -1) return `${scheme}${written.slice(0, colon)}:********@`;
    return written.length >= TOKEN ? `${scheme}********@` : (all as string);
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // a lone % stands for itself
    return text;
  }
}

/** Texts with addresses in them, bare, and the addresses that held a secret. */
export function withoutSecrets(texts: readonly string[]): { readonly texts: readonly string[]; readonly urls: readonly string[] } {
  const urls: string[] = [];
  const bare = texts.map((text) =>
    text.replace(/[a-z][a-z0-9+.-]{0,20}:\/\/[^/?#\s"'<>]*@[^/?#\s"'<>]*/gi, (url) => {
      if (!holdsSecret(url)) return url;
      urls.push(url);
      return splitUrl(url).bare;
    }),
  );
  return { texts: bare, urls };
}
