import { describe, expect, test } from 'vitest';
import type { StorageProxyTransition, VolumeTransition } from '../../../schema/transition.ts';
import { CHECKED_AT, ask, graphql } from './fixture.ts';

const event = {
  specversion: '1.0',
  id: 'e:7',
  source: '/volhealth/e',
  time: CHECKED_AT,
  datacontenttype: 'application/json',
};
const certainty = {
  reason: 'MOUNT_STUCK',
  state_type: 'hard',
  attempt: 3,
  max_attempts: 3,
  first_check: false,
  since: CHECKED_AT,
} as const;

const volumeWentOffline: VolumeTransition = {
  ...event,
  type: 'volhealth.volume.v1',
  subject: 'proxy1:volume1',
  data: {
    ...certainty,
    proxy_name: 'proxy1',
    volume_id: 'volume1',
    backend_type: 'gpfs',
    previous: 'healthy',
    current: 'offline',
    last_known_status: 'offline',
    is_degraded: false,
    status_info: 'the mount does not answer',
    caused_by: null,
  },
};

const proxyWentAway: StorageProxyTransition = {
  ...event,
  type: 'volhealth.proxy.v1',
  subject: 'proxy1',
  data: {
    ...certainty,
    proxy_name: 'proxy1',
    previous: null,
    current: 'unhealthy',
    error_message: 'connection refused',
    volumes: 2,
  },
};

test('a volume tells its latest transitions', async () => {
  const server = graphql({
    volumeHistory: (...asked) => {
      expect(asked).toEqual([{ proxy: 'proxy1', volume: 'volume1' }, 5]);
      return [volumeWentOffline];
    },
  });

  const { data } = await ask(
    server,
    `{ volumeHealth(host: "proxy1:volume1") { history(last: 5) {
      id type subject time data { previous current reason stateType attempt causedBy }
    } } }`,
  );

  expect(data.volumeHealth.history).toEqual([
    {
      id: 'e:7',
      type: 'volhealth.volume.v1',
      subject: 'proxy1:volume1',
      time: CHECKED_AT,
      data: {
        previous: 'HEALTHY',
        current: 'OFFLINE',
        reason: 'MOUNT_STUCK',
        stateType: 'HARD',
        attempt: 3,
        causedBy: null,
      },
    },
  ]);
});

test('a storage proxy tells its latest transitions', async () => {
  const server = graphql({ proxyHistory: (name) => (name === 'proxy1' ? [proxyWentAway] : []) });

  const { data } = await ask(
    server,
    '{ storageProxyHealthList { history { subject data { previous current errorMessage volumes } } } }',
  );

  expect(data.storageProxyHealthList).toEqual([
    {
      history: [
        {
          subject: 'proxy1',
          data: { previous: null, current: 'UNHEALTHY', errorMessage: 'connection refused', volumes: 2 },
        },
      ],
    },
    { history: [] },
  ]);
});

describe.each(['volumeHealth(host: "proxy1:volume1")', 'storageProxyHealthList'])('the history of %s', (field) => {
  test.for([
    ['', 20],
    ['(last: null)', 20],
    ['(last: 1)', 1],
    ['(last: 100)', 100],
  ] as const)('%s has at most %d', async ([args, length]) => {
    const asked: number[] = [];
    const history = (_of: unknown, last: number) => {
      asked.push(last);
      return [];
    };

    await ask(graphql({ volumeHistory: history, proxyHistory: history }), `{ ${field} { history${args} { id } } }`);

    expect(new Set(asked)).toEqual(new Set([length]));
  });

  test.for([0, -1, 101])('refuses %d', async (last) => {
    const { errors } = await ask(graphql(), `{ ${field} { history(last: ${last}) { id } } }`);

    expect(errors?.[0]).toMatchObject({
      message: `last: expected a number from 1 to 100, found ${last}`,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

test('the manager says how it is itself', async () => {
  const server = graphql({
    observer: () => ({
      status: 'isolated',
      since: CHECKED_AT,
      message: '3 of 5 proxies failed within 10 s',
      warnings: ['its list of proxies is an old one'],
    }),
  });

  expect(await ask(server, '{ observerHealth { status since message warnings } }')).toEqual({
    data: {
      observerHealth: {
        status: 'ISOLATED',
        since: CHECKED_AT,
        message: '3 of 5 proxies failed within 10 s',
        warnings: ['its list of proxies is an old one'],
      },
    },
  });
});
