import type { Mutation } from './mutations.ts';

/** A file's text with the fault in it. Throws where it is not plain what to replace. */
export function planted(text: string, { name, file, find, replace }: Mutation): string {
  const found = text.split(find).length - 1;
  if (found !== 1) throw new Error(`"${name}": expected once in ${file}, found ${found} times: ${find}`);
  return text.replace(find, () => replace);
}
