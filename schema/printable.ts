/**
 * One line of text that is safe for a terminal and a log: no control, formatting or bidirectional characters, which
 * whoever is asked may have put in; at most `maxBytes` in UTF-8.
 */
export function printable(text: string, maxBytes = 1_024): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
  const bytes = new TextEncoder().encode(line);
  if (bytes.length <= maxBytes) return line;
  // A character that was cut in two decodes to a replacement character.
  const cut = new TextDecoder().decode(bytes.subarray(0, maxBytes - ELLIPSIS_BYTES)).replace(/\uFFFD$/, '');
  return `${cut}…`;
}

const ELLIPSIS_BYTES = 3;
