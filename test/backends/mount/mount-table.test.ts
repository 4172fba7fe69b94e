import { describe, expect, test } from 'vitest';
import { createMountTable } from '../../../backends/mount/mount-table.ts';

const line = (id: number, options = 'rw') => `${id} 1 8:17 / /v${id} ${options} - xfs /dev/sd${id} rw\n`;

/** A table over texts that are read one after the other, the last one again and again. */
function tableOf(...texts: string[]) {
  const state = { reads: 0, nowMs: 1_000 };
  const read = async () => {
    state.reads += 1;
    return (texts.length > 1 ? texts.shift() : texts[0]) ?? '';
  };
  return { state, table: createMountTable({ read, clock: () => state.nowMs }) };
}

describe('the mount table', () => {
  test('serves many volumes from one reading', async () => {
    const { state, table } = tableOf(line(1) + line(2));
    const rows = await Promise.all([table.find(1, '/v1'), table.find(2, '/v2'), table.find(1, '/v1')]);
    expect(rows.map((row) => row?.mountPoint)).toEqual(['/v1', '/v2', '/v1']);
    expect(state.reads).toBe(2);
  });

  test('is read again after 250 ms, not before', async () => {
    const { state, table } = tableOf(line(1));
    await table.find(1, '/v1');
    state.nowMs += 249;
    await table.find(1, '/v1');
    expect(state.reads).toBe(2);
    state.nowMs += 1;
    await table.find(1, '/v1');
    expect(state.reads).toBe(4);
  });

  test('is read again at once for a mount that is newer than the last reading', async () => {
    const { table } = tableOf(line(1), line(1), line(1) + line(2));
    await table.find(1, '/v1');
    expect(await table.find(2, '/v2')).toMatchObject({ mountPoint: '/v2' });
  });

  test('is read again at once when the id is that of a mount elsewhere, which is gone', async () => {
    const { table } = tableOf(line(1), line(1), line(1).replace('/v1', '/v'));
    await table.find(1, '/v1');
    expect(await table.find(1, '/v/below')).toMatchObject({ mountPoint: '/v' });
  });

  test('knows no mount that cannot be seen from here', async () => {
    const { table } = tableOf(line(1));
    expect(await table.find(7, '/v7')).toBeNull();
  });

  test('believes a reading only when the next one agrees', async () => {
    const { state, table } = tableOf(line(1), line(1) + line(2));
    expect(await table.find(2, '/v2')).toMatchObject({ mountPoint: '/v2' });
    expect(state.reads).toBe(3);
  });

  test('takes the last of three readings when mounts keep changing', async () => {
    const { state, table } = tableOf(line(1, 'a'), line(1, 'b'), line(1, 'c'), line(1, 'd'));
    expect(await table.find(1, '/v1')).toMatchObject({ options: ['c'] });
    expect(state.reads).toBe(3);
  });

  test('rejects when it cannot be read, and is read anew the next time', async () => {
    let isBroken = true;
    const read = async () => {
      if (isBroken) throw new Error('EMFILE');
      return line(1);
    };
    const table = createMountTable({ read });
    await expect(table.find(1, '/v1')).rejects.toThrow('EMFILE');
    isBroken = false;
    expect(await table.find(1, '/v1')).not.toBeNull();
  });
});
