import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { breakingChanges, vagueDeprecations } from './breaking-changes.ts';

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const TODAY = new Date().toISOString().slice(0, 10);

describe.each(['schema.graphql', 'subgraph.graphql'])('%s', (name) => {
  const current = textOf(`../../../../${name}`);

  test('breaks no query that the released one allows; a release: `npm run schema:release`', () => {
    expect(breakingChanges(textOf(name), current, TODAY)).toEqual([]);
  });

  test('says of all that must go until when it stays, and what to ask for instead', () => {
    expect(vagueDeprecations(current)).toEqual([]);
  });
});

const RELEASED = `
  enum Colour { RED BLUE @deprecated(reason: "Until 2026-06-30: nothing is blue.") }
  enum HealthReason { OK }
  type Old { a: Int }
  type Thing { a: Int! b: Colour reason: HealthReason old: Old @deprecated(reason: "Until 2026-06-30: ask a.") }
  type Query { thing(id: ID, by: Colour, n: Int = 1): Thing }
`;

describe('a schema', () => {
  test.for<[string, string, string, unknown[]]>([
    ['a field is gone', 'a: Int! b', 'b', ['Thing.a was removed.']],
    ['a field may be null', 'a: Int!', 'a: Int', ['Thing.a changed type from Int! to Int.']],
    ['a field is of another type', 'b: Colour', 'b: Int', ['Thing.b changed type from Colour to Int.']],
    ['an argument is gone', 'by: Colour, ', '', ['Query.thing arg by was removed.']],
    ['an argument is required', 'id: ID', 'id: ID!', ['Query.thing arg id has changed type from ID to ID!.']],
    [
      'an argument has another default',
      'n: Int = 1',
      'n: Int = 2',
      [expect.stringContaining('n has changed defaultValue')],
    ],
    ['a word is gone', 'RED', '', ['RED was removed from enum type Colour.']],
    ['a word is new, which a client cannot know', 'RED', 'RED GREEN', ['GREEN was added to enum type Colour.']],
    ['a word is new where more may come', 'OK', 'OK FULL', []],
    ['a field is new', 'a: Int!', 'a: Int! c: Int', []],
    ['what is deprecated goes too soon', 'old: Old', 'older: Old', ['Thing.old was removed.']],
    [
      'a deprecated word goes too soon',
      'RED BLUE',
      'RED CYAN',
      ['BLUE was removed from enum type Colour.', 'CYAN was added to enum type Colour.'],
    ],
  ])('in which %s', ([, from, to, changes]) => {
    expect(breakingChanges(RELEASED, RELEASED.replace(from, to), '2026-06-29')).toEqual(changes);
  });

  test('may lose what is deprecated, and its type, from the day on that is named', () => {
    const current = RELEASED.replace('type Old { a: Int }', '')
      .replace(/old: Old @deprecated\(.*?\)/, '')
      .replace(/BLUE @deprecated\(.*?\)/, '');
    expect(breakingChanges(RELEASED, current, '2026-06-29').toSorted()).toEqual([
      'BLUE was removed from enum type Colour.',
      'Old was removed.',
      'Thing.old was removed.',
    ]);
    expect(breakingChanges(RELEASED, current, '2026-06-30')).toEqual([]);
  });

  test.for([
    ['no day', 'reason: "ask `b`"'],
    ['nothing but a day', 'reason: "Until 2026-06-30: "'],
    ['no reason', ''],
  ])('may not deprecate with %s', ([, reason]) => {
    const deprecated = reason === '' ? '@deprecated' : `@deprecated(${reason})`;
    const sdl = `enum E { A B ${deprecated} } type Query { a(b: Int ${deprecated}): E ${deprecated} b: Int }`;
    expect(vagueDeprecations(sdl).toSorted()).toEqual(['E.B', 'Query.a', 'Query.a(b)']);
  });
});
