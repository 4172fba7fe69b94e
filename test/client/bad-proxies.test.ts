import { afterEach, describe, expect, it } from 'vitest';
import { describeFailure } from '../../client/failure.ts';
import { createProxyClient } from '../../client/proxy-client.ts';
import { parseHealthReport } from '../../schema/health-report.ts';
import { createServers } from './servers.ts';

const servers = createServers();
const { http, tcp } = servers;

afterEach(servers.close);

async function failureOf(url: string, { timeoutMs = 2_000, maxBytes = 8 * 2 ** 20 } = {}): Promise<string> {
  const client = createProxyClient({ url, secret: 's', timeoutMs, maxBytes });
  const error = await client.health.report
    .query()
    .then(parseHealthReport)
    .catch((reason: unknown) => reason);
  const { kind, message } = describeFailure(error);
  return `${kind}: ${message}`;
}

describe('a proxy that cannot be asked is told by why, in words: it', () => {
  it('is not there', async () => {
    const url = await http(() => {});
    await servers.close();
    expect(await failureOf(url)).toBe('refused: connection refused');
  });

  it('has a host name that does not exist', async () => {
    expect(await failureOf('http://proxy.invalid:6022')).toMatch(/^dns: /);
  });

  it('accepts and says nothing', async () => {
    const url = await tcp(() => {});
    expect(await failureOf(url, { timeoutMs: 200 })).toBe('timeout: timed out after 0.2 s');
  });

  it('hangs up', async () => {
    const url = await tcp((socket) => socket.destroy());
    expect(await failureOf(url)).toMatch(/^cut: /);
  });

  it('speaks garbage', async () => {
    const url = await tcp((socket) => socket.end('\u0000\u0001 garbage \u00ff\r\n\r\n'));
    expect(await failureOf(url)).toBe('unreadable: its answer is not proper HTTP');
  });

  it('speaks plain HTTP where TLS is expected', async () => {
    const url = await http((_, response) => response.end('{}'));
    expect(await failureOf(url.replace('http:', 'https:'))).toMatch(/^tls: /);
  });

  it('answers HTML', async () => {
    const url = await http((_, response) => response.setHeader('content-type', 'text/html').end('<h1>Hi</h1>'));
    expect(await failureOf(url)).toBe('unreadable: answered text/html instead of JSON');
  });

  it('stands behind a gateway that answers an error page', async () => {
    const url = await http((_, response) =>
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502</h1>'),
    );
    expect(await failureOf(url)).toBe('http: answered HTTP 502');
  });

  it('sends the caller elsewhere', async () => {
    const url = await http((_, response) => response.writeHead(302, { location: 'http://elsewhere/' }).end());
    expect(await failureOf(url)).toBe('http: answered HTTP 302');
  });

  it.each(['', '{', 'null', '[]', '"healthy"', '{"result":5}', '{"status":"ok"}'])(
    'answers %j as JSON',
    async (body) => {
      const url = await http((_, response) => response.setHeader('content-type', 'application/json').end(body));
      expect(await failureOf(url)).toMatch(/^unreadable: /);
    },
  );

  it('answers without end', async () => {
    let sent = 0;
    const url = await http((_, response) => {
      response.setHeader('content-type', 'application/json');
      const chunk = Buffer.alloc(64 * 1024, ' ');
      const more = () => {
        while (sent < 100 * 2 ** 20 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    expect(await failureOf(url, { maxBytes: 2 ** 20 })).toBe('too_large: answered more than 1 MiB');
    expect(sent).toBeLessThan(50 * 2 ** 20);
  });

  it('answers one byte at a time', async () => {
    const timers: NodeJS.Timeout[] = [];
    const url = await http((_, response) => {
      response.setHeader('content-type', 'application/json');
      timers.push(setInterval(() => response.write(' '), 20));
    });
    expect(await failureOf(url, { timeoutMs: 300 })).toBe('timeout: timed out after 0.3 s');
    for (const timer of timers) clearInterval(timer);
  });

  it('refuses the secret', async () => {
    const body = {
      error: { message: 'missing or wrong secret', code: -32_003, data: { code: 'FORBIDDEN', httpStatus: 403 } },
    };
    const url = await http((_, response) =>
      response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
    expect(await failureOf(url)).toBe('forbidden: the secret is refused (HTTP 403)');
  });

  it('is something else that speaks JSON', async () => {
    const url = await http((_, response) =>
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"title":"Not found"}'),
    );
    expect(await failureOf(url)).toBe('http: answered HTTP 404');
  });

  it('stands behind a gateway that wants a password', async () => {
    const url = await http((_, response) =>
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"who are you?"}'),
    );
    expect(await failureOf(url)).toBe('forbidden: the secret is refused (HTTP 401)');
  });

  it('does not have what was asked for, in its own words', async () => {
    const data = { code: 'NOT_FOUND', httpStatus: 404, kind: 'VOLUME_NOT_FOUND', volume: 'v' };
    const body = { error: { message: 'there is no volume "v"', code: -32_004, data } };
    const url = await http((_, response) =>
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
    expect(await failureOf(url)).toBe('http: answered HTTP 404: there is no volume "v"');
  });

  it('is asked no longer', async () => {
    const url = await tcp(() => {});
    const client = createProxyClient({ url, secret: 's' });
    const asked = client.health.report.query(undefined, { signal: AbortSignal.abort() });
    const error = await asked.catch((reason: unknown) => reason);
    expect(describeFailure(error).message).toBe('cannot be asked: This operation was aborted');
  });

  it('has a port that fetch refuses', async () => {
    expect(await failureOf('http://127.0.0.1:10080')).toBe(
      'unreachable: its port is one that HTTP clients refuse to ask',
    );
  });

  it('fails inside', async () => {
    const body = { error: { message: 'x', code: -32_603, data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 } } };
    const url = await http((_, response) =>
      response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
    expect(await failureOf(url)).toBe('http: answered HTTP 500');
  });
});
