/**
 * One line of text that is safe for a terminal and a log: no control, formatting or bidirectional characters, which
 * whoever is asked may have put in; at most `maxLength` characters.
 */
export function printable(text: string, maxLength = 1_024): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
