/** Writes JSON in which a `bigint` is a bare integer, of any length, as appliances that count in 64 bits print it. */
export function jsonText(value: unknown): string {
  const bigs: bigint[] = [];
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    return typeof inner === 'bigint' ? `${MARK}${bigs.push(inner) - 1}` : inner;
  });
  return text.replaceAll(MARKED, (_whole, index: string) => String(bigs[Number(index)]));
}

const MARK = '@bigint:';
const MARKED = new RegExp(`"${MARK}(\\d+)"`, 'g');
