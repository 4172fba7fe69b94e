import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiSession } from '../../../backends/api/api-session.ts';
import { allPages } from '../../../backends/api/paging.ts';

const Page = z.object({ items: z.array(z.number()), next: z.string().nullish() });
const signal = new AbortController().signal;

/** An API whose list has these links to the next page, and what was asked of it. */
function listWith(links: readonly (string | null | undefined)[]) {
  const asked: string[] = [];
  const api: ApiSession = {
    async get(path, schema) {
      asked.push(path);
      return schema.parse({ items: [asked.length], next: links[asked.length - 1] });
    },
    redact: (text) => text,
  };
  const read = (path: string) =>
    allPages(api, { system: 'ACME', path, schema: Page, nextOf: ({ next }) => next }, signal);
  return { asked, read };
}

describe('a list in pages', () => {
  it('is read to its end', async () => {
    const { asked, read } = listWith(['/api/nodes?page=2', '/api/nodes?page=3', null]);
    expect((await read('/api/nodes')).flatMap(({ items }) => items)).toEqual([1, 2, 3]);
    expect(asked).toEqual(['/api/nodes', '/api/nodes?page=2', '/api/nodes?page=3']);
  });

  it.each([
    ['https://evil.example/api/nodes?page=2', '/api/nodes?page=2'],
    ['//evil.example/api/nodes?page=2', '/api/nodes?page=2'],
    ['https://storage.example:443/api/nodes?page=2#here', '/api/nodes?page=2'],
    ['?page=2', '/api/nodes?page=2'],
    ['nodes?page=2', '/api/nodes?page=2'],
    ['/api/nodes?fs=%3Aall%3A&filter=component%3DGPFS', '/api/nodes?fs=%3Aall%3A&filter=component%3DGPFS'],
    ['/api/%3Aall%3A/nodes', '/api/%3Aall%3A/nodes'],
    ['https://gateway.example/acme/api/nodes?page=2', '/api/nodes?page=2'],
  ])('goes on at our own endpoint, whatever the link names: %s', async (link, path) => {
    const { asked, read } = listWith([link, null]);
    await read('/api/nodes');
    expect(asked).toEqual(['/api/nodes', path]);
  });

  it.each([
    'x:@evil.example/api/nodes',
    'x:.evil.example/',
    'javascript:alert(1)',
    'mailto:a@evil.example',
    'https://[',
  ])('is no answer to rely on when its next page has no address: %s', async (link) => {
    const { asked, read } = listWith([link, null]);
    await expect(read('/api/nodes')).rejects.toMatchObject({
      kind: 'unreadable',
      message: 'ACME API answered a list whose next page has no address',
    });
    expect(asked).toEqual(['/api/nodes']);
  });

  it.each<[string, string[]]>([
    ['leads round in a circle', ['/api/nodes?page=2', '/api/nodes']],
    ['goes on and on', Array.from({ length: 50 }, (_, page) => `/api/nodes?page=${page}`)],
  ])('is no answer to rely on when it %s', async (_, links) => {
    const { asked, read } = listWith(links);
    await expect(read('/api/nodes')).rejects.toThrow('ACME API answered a list without an end');
    expect(asked.length).toBeLessThanOrEqual(20);
  });

  it.each([[''], [null], [undefined]])('ends where there is no link: %j', async (link) => {
    expect(await listWith([link]).read('/api/nodes')).toHaveLength(1);
  });
});
