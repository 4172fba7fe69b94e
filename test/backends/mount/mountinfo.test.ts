import { describe, expect, test } from 'vitest';
import { parseMountinfo } from '../../../backends/mount/mountinfo.ts';

const row = (line: string) => [...parseMountinfo(`${line}\n`).values()][0];

describe('mountinfo', () => {
  test('gives every field that a verdict needs, by mount id', () => {
    const line =
      '61 30 0:53 /sub /vfroot/nfs01 rw,relatime shared:40 - nfs4 filer1.example.test:/export/a rw,vers=4.2,hard';
    expect([...parseMountinfo(`${line}\n`)]).toEqual([
      [
        61,
        {
          id: 61,
          root: '/sub',
          mountPoint: '/vfroot/nfs01',
          options: ['rw', 'relatime'],
          fstype: 'nfs4',
          source: 'filer1.example.test:/export/a',
          superOptions: ['rw', 'vers=4.2', 'hard'],
        },
      ],
    ]);
  });

  test.each([
    ['none', '62 30 8:17 / /v rw - xfs /dev/sdb1 rw'],
    ['one', '62 30 8:17 / /v rw shared:1 - xfs /dev/sdb1 rw'],
    ['several', '62 30 8:17 / /v rw shared:1 master:2 propagate_from:3 unbindable - xfs /dev/sdb1 rw'],
  ])('finds the type behind optional fields: %s', (_, line) => {
    expect(row(line)).toMatchObject({ fstype: 'xfs', source: '/dev/sdb1' });
  });

  test('reads blanks, tabs, newlines, backslashes and # in paths and sources', () => {
    expect(row(String.raw`62 30 8:17 /a\040b /v\011w\012x\134y rw - fuse.s3 \043bucket\040one rw`)).toMatchObject({
      root: '/a b',
      mountPoint: '/v\tw\nx\\y',
      source: '#bucket one',
    });
  });

  test('does not take a mount point named - for the separator', () => {
    expect(row('62 30 8:17 / - rw - xfs /dev/sdb1 rw')).toMatchObject({ mountPoint: '-', fstype: 'xfs' });
  });

  test('keeps quoted commas within an option', () => {
    expect(row('62 30 8:17 / /v rw - xfs /dev/sdb1 rw,context="a:b,c",inode64')?.superOptions).toEqual([
      'rw',
      'context="a:b,c"',
      'inode64',
    ]);
  });

  test('keeps the mark of a deleted bind source', () => {
    expect(row('67 30 8:17 /gone//deleted /v rw - xfs /dev/sdb1 rw')?.root).toBe('/gone//deleted');
  });

  test('reads an empty source', () => {
    expect(row('67 30 0:17 / /v rw - tmpfs  rw')).toMatchObject({ source: '', superOptions: ['rw'] });
  });

  test.each(['', 'nonsense', '61 30 0:53 / /v rw shared:40', '61 30 0:53 / /v rw -'])('leaves out %j', (line) => {
    expect(row(line)).toBeUndefined();
  });
});
