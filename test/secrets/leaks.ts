/** Forms in which a secret may turn up, made by the platform and not by the code under test. */
export function formsToSearch(secret: string): readonly string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString("base64");
    return encoded.slice([0, 2, 3][offset], -4);
  });
  const quoted = encodeURIComponent(secret);
  const strict = quoted.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return [
    ...new Set([
      secret,
      ...base64,
      quoted,
      strict,
      strict.toLowerCase(),
      new URLSearchParams([["", secret]]).toString().slice(1),
      JSON.stringify(secret).slice(1, -1),
    ]),
  ];
}

/** Which of the forms a text holds. */
export function leaksIn(text: string, forms: readonly string[]): readonly string[] {
  return forms.filter((form) => text.includes(form));
}
