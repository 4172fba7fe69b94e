import { HistoryLength } from '../../schema/history-length.ts';
import { badUserInput } from './bad-user-input.ts';
import { builder } from './builder.ts';

const { minValue, maxValue } = HistoryLength.unwrap();
const standard = HistoryLength.parse(undefined);

/** The arguments of every `history`. */
export const historyArgs = builder.args((t) => ({
  last: t.int({ description: `How many, at most ${maxValue}; ${standard} if not given.` }),
}));

export function historyLength(last: number | null | undefined): HistoryLength {
  const { success, data } = HistoryLength.safeParse(last ?? undefined);
  if (success) return data;
  throw badUserInput(`last: expected a number from ${minValue} to ${maxValue}, found ${last}`);
}
