import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveProxy } from '../old-clients.ts';
import { refusalOf, unlessModels, type UpstreamModel, whyNoModels } from './read-upstream.ts';

const WORDINGS = {
  design: { public_volumes: true, health_status_words: 'design' },
  upstream: { public_volumes: true, health_status_words: 'upstream' },
} as const;

let proxy: Awaited<ReturnType<typeof serveProxy>> | undefined;
afterEach(() => {
  proxy?.close();
});

const get = async (path: string) => proxy?.get(path);

describe.skipIf(whyNoModels !== null)(`the models of a Python manager${unlessModels}`, () => {
  beforeEach(async () => {
    proxy = await serveProxy({ wording: WORDINGS.upstream });
  });

  it.each<[UpstreamModel, string]>([
    ['HealthResponse', '/health'],
    ['HealthResponse', '/livez'],
    ['HealthResponse', '/readyz'],
    ['VolumeList', '/volumes'],
    ['HardwareMetadata', '/volume/hwinfo?volume=local'],
    ['HardwareMetadata', '/volume/hwinfo?volume=full'],
    ['HardwareMetadata', '/volume/hwinfo?volume=gone'],
    ['HardwareMetadata', '/volume/hwinfo?volume=strange'],
    ['FsUsage', '/folder/fs-usage?volume=local'],
    ['FsUsage', '/folder/fs-usage?volume=gone'],
  ])('accept as %s what %s answers', async (model, path) => {
    expect(refusalOf(model, await get(path))).toBeNull();
  });

  it('accept what /health answers to somebody without the secret', async () => {
    const { text } = (await proxy?.ask('/health')) ?? { text: '' };
    expect(refusalOf('HealthResponse', JSON.parse(text))).toBeNull();
  });

  it('refuse a hwinfo with a key more, a key less, a figure in its metadata, or a word of ours', async () => {
    const hwinfo = (await get('/volume/hwinfo?volume=local')) as object;
    expect(refusalOf('HardwareMetadata', { ...hwinfo, backend: 'vfs' })).toContain('extra');
    expect(refusalOf('HardwareMetadata', { status: 'healthy', metadata: {} })).toContain('status_info');
    expect(refusalOf('HardwareMetadata', { ...hwinfo, metadata: { used_percent: 35 } })).toContain('str');
    expect(refusalOf('HardwareMetadata', { ...hwinfo, status: 'unknown' })).toContain('offline');
  });

  it('refuse a health without connectivity', async () => {
    const { connectivity: _, ...rest } = (await get('/health')) as { connectivity: unknown };
    expect(refusalOf('HealthResponse', rest)).toContain('connectivity');
  });
});

describe.skipIf(whyNoModels !== null)(`the design document's word for a proxy that is well${unlessModels}`, () => {
  it('is refused by them', async () => {
    proxy = await serveProxy({ wording: WORDINGS.design });
    expect(refusalOf('HealthResponse', await proxy.get('/health'))).toContain('status');
  });
});
