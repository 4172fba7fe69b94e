import { describe, expect, it } from 'vitest';
import { statusTable } from '../../cli/status-table.ts';
import { proxy, volume } from '../manager/graphql/fixture.ts';

const NOW = Date.parse('2026-01-22T10:00:05Z');
const PLAIN = { color: false, nowMs: NOW };
const checked = { last_checked_at: '2026-01-22T10:00:00Z' };

const HEALTH = {
  proxies: [
    proxy('proxy1', { ...checked, version: '1.2.3' }),
    proxy('proxy2', { ...checked, status: 'unhealthy', error_message: 'connection refused' }),
  ],
  volumes: [
    volume('proxy1:a', { ...checked, status_info: 'usable' }),
    volume('proxy1:b', { ...checked, status: 'offline', status_info: 'nothing is mounted' }),
    volume('proxy1:c', { ...checked, is_degraded: true, status_info: 'nearly full' }),
    volume('proxy2:d', {
      status: 'unknown',
      status_info: 'the storage proxy does not answer',
      last_known_status: 'healthy',
      last_checked_at: '2026-01-22T08:00:00Z',
    }),
  ],
  observer: { status: 'ok', since: '2026-01-22T08:00:00Z', message: null, warnings: [] },
} as const;

describe('the table of volhealth status', () => {
  it('has each proxy with its volumes below it, the worst first, and sums up', () => {
    expect(statusTable(HEALTH, PLAIN)).toBe(
      `
HOST      STATUS     KIND   DETAILS                                          CHECKED
proxy1  ● healthy    proxy  version 1.2.3                                    5 s ago
  b     ✖ offline    vfs    nothing is mounted                               5 s ago
  c     ◐ degraded   vfs    nearly full                                      5 s ago
  a     ● healthy    vfs    usable                                           5 s ago
proxy2  ✖ unhealthy  proxy  connection refused                               5 s ago
  d     ? unknown    vfs    the storage proxy does not answer (was healthy)  2 h ago

1 of 2 proxies and 2 of 4 volumes are healthy.`.slice(1),
    );
  });

  it('says where the manager itself may be at fault', () => {
    const observer = {
      status: 'isolated',
      since: '2026-01-22T09:00:00Z',
      message: '3 of 5 do not answer',
      warnings: [],
    } as const;
    expect(
      statusTable({ ...HEALTH, observer }, PLAIN)
        .split('\n')
        .at(-1),
    ).toBe('The manager itself is isolated: 3 of 5 do not answer');
  });

  it('passes on what its administrator should look at', () => {
    const observer = { ...HEALTH.observer, warnings: ['its list of proxies is an old one', 'evil \u001b[2J'] };
    expect(
      statusTable({ ...HEALTH, observer }, PLAIN)
        .split('\n')
        .slice(-2),
    ).toEqual(['The manager warns: its list of proxies is an old one', 'The manager warns: evil [2J']);
  });

  it('says which proxies are asked over REST, and what is to be known of them', () => {
    const proxies = [
      proxy('proxy1', { ...checked, version: '24.09.1', protocol: 'rest', warnings: ['it cannot reach etcd'] }),
      proxy('proxy2', { ...checked, version: null, protocol: null, warnings: ['its certificate is not verified'] }),
    ];
    expect(statusTable({ ...HEALTH, proxies, volumes: [] }, PLAIN)).toBe(
      `
HOST      STATUS   KIND   DETAILS                     CHECKED
proxy1  ● healthy  proxy  version 24.09.1, over REST  5 s ago
proxy2  ● healthy  proxy                              5 s ago

2 of 2 proxies and 0 of 0 volumes are healthy.
Warning: proxy1: it cannot reach etcd
Warning: proxy2: its certificate is not verified`.slice(1),
    );
  });

  it('is coloured where it may be, and the same otherwise', () => {
    const colored = statusTable(HEALTH, { ...PLAIN, color: true });
    expect(colored).toContain('\u001b[31m✖ offline');
    // oxlint-disable-next-line no-control-regex
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(statusTable(HEALTH, PLAIN));
  });

  it('lets no proxy steer the terminal', () => {
    const evil = '\u001b[2J\u001b]0;gotcha\u0007\u202E\r\nfake line';
    const table = statusTable(
      {
        ...HEALTH,
        proxies: [proxy('proxy1', { error_message: evil, warnings: [evil] })],
        volumes: [volume('proxy1:a', { status_info: evil })],
      },
      PLAIN,
    );
    // oxlint-disable-next-line no-control-regex
    expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    expect(table.split('\n').length).toBe(6);
  });
});
