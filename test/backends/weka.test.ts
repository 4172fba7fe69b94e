import { describe, expect, it } from 'vitest';
import { weka } from '../fakes/weka.ts';
import { volumeOn } from './volume-on.ts';

describe('a WEKA cluster', () => {
  it.each([
    ['well', 'pass', 'OK', 'WEKA cluster healthy, 13/13 backends, 36/36 drives up'],
    ['redistributing', 'pass', 'OK', 'WEKA cluster healthy, 13/13 backends, 36/36 drives up'],
    ['clients-down', 'pass', 'OK', 'WEKA cluster healthy, 13/13 backends, 36/36 drives up'],
    ['old-release', 'pass', 'OK', 'WEKA cluster healthy, 13/13 backends, 36/36 drives up'],
    ['rebuilding', 'warn', 'STORAGE_DEGRADED', 'WEKA cluster degraded (REBUILDING 35 %), 33/36 drives up'],
    ['unprotected', 'warn', 'STORAGE_DEGRADED', 'WEKA cluster degraded (UNPROTECTED), 30/36 drives up'],
    ['backend-down', 'warn', 'NODES_DOWN', 'WEKA cluster degraded, 12/13 backends, 24/26 io nodes up'],
    ['unavailable', 'fail', 'STORAGE_DOWN', 'WEKA cluster UNAVAILABLE: 2/5 drives, 60/70 buckets up'],
    ['stopped', 'fail', 'STORAGE_DOWN', 'WEKA I/O STOPPED'],
    ['fs-missing', 'fail', 'FILESYSTEM_MISSING', 'WEKA file system does not exist'],
  ])('that is %s is told as %s, %s: %s', async (state, status, reason, summary) => {
    const { ask } = await volumeOn(weka, { state });
    expect(await ask()).toMatchObject({ status, reason, summary });
  });
});
