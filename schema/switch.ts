import { z } from 'zod';

const EXPECTED = { error: 'expected true or false' } as const;
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', 'y', 't', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', 'n', 'f', '0'].map((word) => [word, false] as const),
]);

/** `true`, or a word for it as Backend.AI reads them: every value in etcd is a text, and in files here and there. */
export const Switch = z.union(
  [
    z.boolean(EXPECTED),
    z
      .string(EXPECTED)
      .refine((text) => WORDS.has(text.toLowerCase()), EXPECTED)
      .transform((text) => WORDS.get(text.toLowerCase()) === true),
  ],
  EXPECTED,
);
