import { expect, it } from 'vitest';
import { type Listing, nextListing, NO_LISTING } from '../../../manager/rest/listing.ts';

const HOUR_MS = 3_600_000;

/** After lists that name these, an hour apart. */
const after = (...lists: readonly string[]): Listing =>
  lists.reduce(
    (listing, names, hours) =>
      nextListing(listing, new Map(names.split('').map((name) => [name, 'vfs'])), hours * HOUR_MS),
    NO_LISTING,
  );

const shown = ({ backends, missed, unlisted }: Listing) =>
  [[...backends.keys()], [...missed], [...unlisted.keys()]].map((names) => names.toSorted().join('')).join('|');

it.for([
  ['what a list names is there', ['ab'], 'ab||'],
  ['what one list alone leaves out is still there', ['ab', 'a'], 'ab|b|'],
  ['what two lists in a row leave out is gone', ['ab', 'a', 'a'], 'a||b'],
  ['what comes back in between was never gone', ['ab', 'a', 'ab', 'a'], 'ab|b|'],
  ['what comes back after it was gone is there', ['ab', 'a', 'a', 'ab'], 'ab||'],
  ['what is gone is remembered for a day', ['ab', ...Array<string>(25).fill('a')], 'a||b'],
  ['and no longer', ['ab', ...Array<string>(26).fill('a')], 'a||'],
] as const)('%s', ([, lists, expected]) => {
  expect(shown(after(...lists))).toBe(expected);
});

it('remembers no more than the last thousand that are gone', () => {
  const many = new Map(Array.from({ length: 1_500 }, (_, index) => [`v${index}`, 'vfs']));
  const none = new Map<string, string>();
  const { unlisted } = [many, none, none].reduce((listing, said) => nextListing(listing, said, 0), NO_LISTING);
  expect(unlisted.size).toBe(1_000);
});
