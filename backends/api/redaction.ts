/** Shorter ones are no secrets, and are words of their own elsewhere. */
const SHORTEST = 4;
/** So many secrets are remembered: a server may still tell one that was replaced a moment ago. */
const REMEMBERED = 16;

export interface SecretMemory {
  readonly remember: (...secrets: readonly (string | null)[]) => void;
  /** Those that were used last. */
  readonly secrets: () => readonly string[];
}

export function createSecretMemory(): SecretMemory {
  const known = new Set<string>();
  return {
    remember(...secrets) {
      for (const secret of secrets) {
        if (secret === null || secret.length < SHORTEST) continue;
        known.delete(secret);
        known.add(secret);
      }
      for (const secret of [...known].slice(0, -REMEMBERED)) known.delete(secret);
    },
    secrets: () => [...known],
  };
}

/** The text without these secrets, in whatever form a server hands them back. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  // Longest first: one may be a part of another.
  return [...new Set(secrets.flatMap(formsOf))]
    .toSorted((a, b) => b.length - a.length)
    .reduce((clean, form) => clean.replaceAll(form, '***'), text);
}

/** As it is, in JSON, in one line, in a URL, in a form, in Base64. */
function formsOf(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const encoded = [encodeURIComponent(wellFormed), new URLSearchParams([['', wellFormed]]).toString().slice(1)];
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    inOneLine(secret),
    ...encoded,
    ...encoded.map((text) => text.replaceAll(/%../g, (escape) => escape.toLowerCase())),
    Buffer.from(wellFormed).toString('base64').replace(/=+$/, ''),
    Buffer.from(wellFormed).toString('base64url'),
  ].filter((form) => form.length >= SHORTEST);
}

/** Without line breaks and other characters that a log cannot show. */
export function inOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}
