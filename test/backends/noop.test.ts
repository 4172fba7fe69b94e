import { expect, test } from 'vitest';
import { noop } from '../../backends/noop.ts';
import { volumeAt } from './volumes.ts';

test('noop passes without asking anything', async () => {
  const [check] = noop.open(volumeAt({ path: '/nowhere' }));
  expect(await check?.ask(AbortSignal.abort())).toEqual({
    status: 'pass',
    reason: 'OK',
    summary: 'no storage to check',
    info: null,
  });
});
