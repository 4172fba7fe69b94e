import { describe, expect, it } from 'vitest';
import { changedKeys, sayChanges } from '../../cli/what-changed.ts';

const VOLUME = { one: 'volume', many: 'volumes' };

describe('what has changed', () => {
  it('is said with numbers and names, and nothing where nothing has', () => {
    expect(sayChanges({ added: ['x'], removed: ['y', 'z'], changed: ['v'] }, VOLUME)).toEqual([
      '1 volume added (x)',
      '2 removed (y, z)',
      '1 changed (v)',
    ]);
    expect(sayChanges({ added: [], removed: ['y', 'z'], changed: [] }, VOLUME)).toEqual(['2 volumes removed (y, z)']);
    expect(sayChanges({ added: [], removed: [], changed: [] }, VOLUME)).toEqual([]);
  });

  it('is said with ten names at most', () => {
    const added = Array.from({ length: 12 }, (_, index) => `v${index}`);
    expect(sayChanges({ added, removed: [], changed: [] }, VOLUME)).toEqual([
      '12 volumes added (v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, …)',
    ]);
  });

  it('is named by its keys, an address as one', () => {
    const before = { api: { listen: { host: 'a', port: 1 }, secret: 's' }, list: [1], gone: 1 };
    const after = { api: { listen: { host: 'b', port: 2 }, secret: 's' }, list: [2], come: 1 };
    expect(changedKeys(before, after)).toEqual(['api.listen', 'list', 'gone', 'come']);
    expect(changedKeys(before, structuredClone(before))).toEqual([]);
  });
});
