import { describe, expect, it } from 'vitest';
import { boundedMetadata } from '../../../manager/rest/bounded-metadata.ts';
import { parseRestHealth } from '../../../manager/rest/health-answer.ts';
import { parseHwinfo } from '../../../manager/rest/hwinfo.ts';
import { parseVolumeList } from '../../../manager/rest/volume-list.ts';

const SERVICE = { version: '26.4.4', component: 'storage-proxy' };
const check = (service_group: string, is_healthy: boolean) => ({
  service_group,
  component_id: 'tcp://10.0.3.7:6379',
  is_healthy,
  last_checked_at: '2026-01-22T10:00:00.000000+00:00',
  error_message: is_healthy ? null : 'no',
});
const connectivity = (overall_healthy: boolean, ...connectivity_checks: readonly unknown[]) => ({
  overall_healthy,
  connectivity_checks,
  timestamp: '2026-01-22T10:00:00.000000+00:00',
});

describe('what a proxy says of itself', () => {
  it.for<[string, unknown, string | null]>([
    ['/ of 22.09', { status: 'ok', type: 'maanger-facing', 'storage-proxy': '22.09.1' }, '22.09.1'],
    ['/status', { status: 'ok', type: 'manager-facing', 'storage-proxy': '24.09.1', more: 1 }, '24.09.1'],
    ['/health of 25.15', { status: 'healthy', ...SERVICE }, '26.4.4'],
    ['/health of 25.17', { status: 'ok', ...SERVICE, connectivity: connectivity(true), uptime: 3 }, '26.4.4'],
    ['/livez', { status: 'error', ...SERVICE, connectivity: connectivity(true) }, '26.4.4'],
    ['a version that is none', { status: 'ok', component: 'storage-proxy', version: 26 }, null],
    ['a version to fool a terminal', { status: 'ok', ...SERVICE, version: '1\u001B[2J2' }, '1 [2J2'],
    ['volumes alone', { status: 'healthy', version: '1', volumes: {} }, '1'],
  ])('is read from %s', ([, answer, version]) => {
    expect(parseRestHealth(answer, null).version).toBe(version);
  });

  it.for<[unknown, string | RegExp]>([
    [{ status: 'ok', type: 'client-facing', 'storage-proxy': '24.09' }, /is the client-facing side.*`manager_api`/],
    [{ status: 'ok', version: '26', component: 'manager' }, 'is no storage proxy: it calls itself "manager"'],
    [{ status: 'ok', version: '26' }, /storage-proxy/],
    [{ status: 'UP', ...SERVICE }, /Invalid/],
    [{ status: 'ok', type: 'appproxy' }, /Invalid/],
    [[], /Invalid/],
    [null, /Invalid/],
    ['ok', /Invalid/],
  ])('is not taken from somebody else: %j', ([answer, message]) => {
    expect(() => parseRestHealth(answer, null)).toThrow(message);
  });

  it.for<[unknown, readonly string[]]>([
    [connectivity(true, check('etcd', true)), []],
    [connectivity(false, check('etcd', false)), ['it cannot reach etcd']],
    [connectivity(false, check('redis', false), check('redis', false)), ['it cannot reach Valkey']],
    [connectivity(false, check('etcd', false), check('redis', false)), ['it cannot reach etcd and Valkey']],
    [connectivity(false, check('10.0.0.1', false)), ['it cannot reach another service']],
    [
      connectivity(false, check('__proto__', false), check('x', false), check('etcd', false)),
      ['it cannot reach etcd and 2 other services'],
    ],
    [connectivity(true, check('etcd', false)), ['it cannot reach etcd']],
    [connectivity(false), ['it says of itself that it is not well connected']],
    ['nonsense', []],
    [{ overall_healthy: true, connectivity_checks: 'nonsense' }, []],
  ])('warns of what it cannot reach: %j', ([said, warnings]) => {
    expect(parseRestHealth({ status: 'ok', ...SERVICE, connectivity: said }, null).warnings).toEqual(warnings);
  });

  it.for(['degraded', 'error'])('warns of the word %s where nothing else explains it', (status) => {
    expect(parseRestHealth({ status, ...SERVICE }, null).warnings).toEqual([`its own health check says "${status}"`]);
  });

  it('was made when its date says, or else when it says itself', () => {
    const said = { status: 'ok', ...SERVICE, connectivity: connectivity(true) };
    expect(parseRestHealth(said, 5_000).madeMs).toBe(5_000);
    expect(parseRestHealth(said, null).madeMs).toBe(Date.parse('2026-01-22T10:00:00Z'));
    expect(parseRestHealth({ status: 'healthy', ...SERVICE }, null).madeMs).toBeNull();
  });

  it('loses no more than the volume that cannot be read', () => {
    const good = { status: 'healthy', status_info: null, backend: 'vfs', last_checked_at: '2026-01-22T10:00:00+00:00' };
    const volumes = { good, worse: { ...good, status: 'degraded' }, bad: { ...good, status: 'fine' }, 'a\nb': good };
    const read = parseRestHealth({ status: 'healthy', ...SERVICE, volumes }, null).volumes;
    expect([...(read ?? [])]).toEqual([
      ['good', good],
      ['worse', { ...good, degraded: true }],
      ['bad', null],
    ]);
  });
});

describe('the hwinfo of a volume', () => {
  it.for([
    ['healthy', 'pass', 'OK'],
    ['degraded', 'warn', 'STORAGE_DEGRADED'],
    ['offline', 'fail', 'STORAGE_DOWN'],
    ['unavailable', 'unknown', 'HWINFO_FAILED'],
  ])('says %s in our words', ([word, status, reason]) => {
    expect(parseHwinfo({ status: word, status_info: '/mnt/x: node7', metadata: {} })).toEqual({
      status,
      reason,
      sentence: `${word}, as the storage proxy says`,
      info: '/mnt/x: node7',
      metadata: {},
    });
  });

  it.for(['HEALTHY', 'ok', 'constructor', '<html>'])(
    'with the word %s cannot be told, and quotes it to an administrator',
    (word) => {
      const { status, reason, sentence, info } = parseHwinfo({ status: word, status_info: null, metadata: {} });
      expect([status, reason]).toEqual(['unknown', 'UNREADABLE_REPORT']);
      expect(sentence).not.toContain(word);
      expect(info).toBe(`the storage proxy says ${JSON.stringify(word)}`);
    },
  );

  it.for([{}, { status: 1 }, null, 'healthy', { status: null }])('that is none is refused: %j', (answer) => {
    expect(() => parseHwinfo(answer)).toThrow('Invalid input');
  });

  it('needs neither details nor a sentence', () => {
    expect(parseHwinfo({ status: 'healthy', status_info: 7, extra: true })).toMatchObject({ info: null, metadata: {} });
  });
});

describe('details of a storage system', () => {
  it('are kept whatever they are', () => {
    const said = { text: 'a', list: [1, null], deep: { a: { b: true } } };
    expect(boundedMetadata(said)).toEqual(said);
  });

  it.for([null, 'text', [1], 7])('are none where they have no names: %j', (said) => {
    expect(boundedMetadata(said)).toEqual({});
  });

  it('are left out and counted where they do not fit in 2 KiB', () => {
    const kept = boundedMetadata({ a: 'x'.repeat(1_500), b: 'y'.repeat(1_500), c: 1, ['__proto__']: 2 });
    expect(Object.keys(kept)).toEqual(['a', 'c', '__proto__', 'left_out']);
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(2_048);
  });

  it('are left out where they lie too deep for anybody to write out', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(boundedMetadata({ deep, a: 1 })).toEqual({ a: 1, left_out: 1 });
  });
});

describe('a list of volumes', () => {
  it('has the backend of each, and counts what cannot be a volume', () => {
    const volumes = [
      { name: 'a', backend: 'vfs', path: '/a' },
      { name: 'b' },
      { name: 'c\u0007' },
      { name: '' },
      7,
      null,
    ];
    const { backends, leftOut } = parseVolumeList({ volumes });
    expect([...backends, leftOut]).toEqual([['a', 'vfs'], ['b', 'unknown'], 4]);
  });

  it('has at most ten thousand', () => {
    const volumes = Array.from({ length: 10_007 }, (_, index) => ({ name: `v${index}`, backend: 'vfs' }));
    const { backends, leftOut } = parseVolumeList({ volumes });
    expect([backends.size, leftOut]).toEqual([10_000, 7]);
  });

  it.for([{}, [], { volumes: {} }, null])('is not %j', (answer) => {
    expect(() => parseVolumeList(answer)).toThrow('Invalid input');
  });
});
