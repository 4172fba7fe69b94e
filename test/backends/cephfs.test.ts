import { describe, expect, test } from 'vitest';
import { cephfs } from '../../backends/cephfs.ts';
import type { MountAsker } from '../../backends/mount/mount-asker.ts';
import { volumeAt } from './volumes.ts';

describe('a CephFS volume', () => {
  test('is asked for something that only a metadata server can answer', () => {
    const asked: unknown[] = [];
    const askMount = ((question) => {
      asked.push(question);
      return new Promise(() => {});
    }) as MountAsker;
    const [mount] = cephfs.open(volumeAt({ path: '/v/a', askMount }));
    void mount?.ask(new AbortController().signal);
    expect(asked).toEqual([{ act: 'look', path: '/v/a', xattr: 'ceph.dir.rentries' }]);
  });

  test('has its cluster asked only where the options say how', () => {
    expect(checksOf({})).toEqual(['mount']);
    expect(checksOf({ cluster: { fs: 'vol' } })).toEqual(['mount', 'backend']);
  });

  test('cannot be opened without the name of the file system in its cluster', () => {
    expect(cephfs.options.safeParse({ cluster: {} }).error?.issues[0]).toMatchObject({
      path: ['cluster', 'fs'],
      message: 'expected the name of the file system in its cluster',
    });
  });
});

function checksOf(options: unknown): string[] {
  return cephfs.open(volumeAt({ path: '/v/a', options: cephfs.options.parse(options) })).map(({ name }) => name);
}
