import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bodyOf, readAs } from '../../../backends/api/answer.ts';

describe('an answer of an API', () => {
  it.each<[string, unknown]>([
    ['{"a":9007199254740993}', { a: 9_007_199_254_740_993n }],
    ['null', null],
    ['[]', []],
    ['"ok"', 'ok'],
  ])('holds its JSON: %s', (text, body) => {
    expect(bodyOf({ status: 200, text }, 'ACME')).toEqual(body);
  });

  it.each([
    [200, '', 'unreadable', 'ACME API answered nothing instead of JSON'],
    [204, '', 'unreadable', 'ACME API answered nothing instead of JSON'],
    [200, ' <html>', 'unreadable', 'ACME API answered a web page instead of JSON'],
    [200, gzipSync('{}').toString(), 'unreadable', 'ACME API answered something compressed instead of JSON'],
    [200, '{"a":', 'unreadable', 'ACME API answered something instead of JSON'],
    [200, `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'unreadable', 'ACME API answered something instead of JSON'],
    [302, '', 'unreadable', 'ACME API redirects elsewhere (HTTP 302)'],
    [304, '', 'unreadable', 'ACME API answered HTTP 304'],
    [401, '', 'forbidden', 'ACME API answered HTTP 401'],
    [403, '{"data":"Forbidden"}', 'forbidden', 'ACME API answered HTTP 403: Forbidden'],
    [404, '{"detail":"Not found."}', 'error', 'ACME API answered HTTP 404: Not found.'],
    [500, '{"error":{"message":"entry\\ndoes \\u0007not"}}', 'error', 'ACME API answered HTTP 500: entry does not'],
    [503, '{"status":{"message":"down"}}', 'error', 'ACME API answered HTTP 503: down'],
    [599, '{"message":{"odd":1}}', 'error', 'ACME API answered HTTP 599'],
    [600, '{"message":"odd"}', 'error', 'ACME API answered HTTP 600: odd'],
  ] as const)('of status %s is of no use: %.40s: %s: %s', (status, text, kind, message) => {
    expect(() => bodyOf({ status, text }, 'ACME')).toThrow(expect.objectContaining({ kind, message, status }));
  });

  it('has its integers checked, and the field named that is not as it must be', () => {
    const schema = z.object({ data: z.array(z.object({ id: z.number() })) });
    expect(readAs(schema, { data: [{ id: 1, more: true }] }, 'ACME')).toEqual({ data: [{ id: 1 }] });
    expect(() => readAs(schema, { data: [{ id: 'secret' }] }, 'ACME')).toThrow(
      'ACME API answered without what is needed: `data.0.id`: expected number, received string',
    );
    expect(() => readAs(schema, null, 'ACME')).toThrow(
      'ACME API answered without what is needed: it: expected object, received null',
    );
  });
});
