import { describe, expect, it } from 'vitest';
import { createAnnouncer, type Transition } from '../../manager/announcer.ts';
import type { Change } from '../../manager/changes.ts';
import type { ManagerChange } from '../../manager/event-feed.ts';
import { ManagerEvent } from '../../schema/manager-event.ts';
import type { VolumeHealth } from '../../schema/volume-health.ts';
import { createFakeClock } from '../fake-clock.ts';
import { proxy, volume } from './graphql/fixture.ts';

const HEALTHY = volume('proxy1:v', { state_type: 'hard', attempt: 3 });
const OFFLINE = volume('proxy1:v', { status: 'offline', reason: 'NOT_MOUNTED', last_known_status: 'offline' });
const AWAY = volume('proxy1:v', { status: 'unknown', reason: 'PROXY_UNREACHABLE' });
const PAUSED = volume('proxy1:v', { status: 'unknown', reason: 'OBSERVER_PAUSED' });
const DEAD = proxy('proxy1', {
  status: 'unhealthy',
  error_message: 'connection refused',
  state_type: 'soft',
  attempt: 1,
});

const UNASKED = proxy('proxy1', { ...DEAD, error_message: 'not checked yet', last_checked_at: null, attempt: 0 });

const moved = (previous: VolumeHealth, current: VolumeHealth): Change => ({
  of: 'volume',
  volume: 'v',
  previous,
  current,
  transition: { previous, current },
});
const gone: Change = { of: 'proxy', proxyName: 'proxy1', previous: proxy('proxy1'), current: DEAD, isTransition: true };
const back: Change = { of: 'proxy', proxyName: 'proxy1', previous: DEAD, current: proxy('proxy1'), isTransition: true };
const observer = (status: 'ok' | 'paused') => ({
  status,
  since: '2026-01-22T10:00:00.000Z',
  message: null,
  warnings: [],
});

function createWorld() {
  const published: ManagerChange[] = [];
  const transitions: Transition[] = [];
  const announcer = createAnnouncer({
    epoch: 'run1',
    clock: createFakeClock(),
    feed: { publish: (change) => published.push(change) },
    onTransition: (transition) => transitions.push(transition),
  });
  const announce = (...changes: readonly Change[]) => announcer.announce('proxy1', changes, 1);
  const causes = () =>
    transitions.flatMap(({ of, event }) =>
      of === 'volume' ? [(event.data as { caused_by: string | null }).caused_by] : [],
    );
  return { announcer, announce, published, transitions, causes };
}

describe('a transition', () => {
  it('is a CloudEvent, told to subscribers, to the log and to the history alike', () => {
    const { announcer, announce, published, transitions } = createWorld();
    announce(moved(HEALTHY, OFFLINE));
    const event = {
      specversion: '1.0',
      id: '1',
      source: '/volhealth/run1',
      type: 'volhealth.volume.transition.v1',
      subject: 'proxy1:v',
      time: '2026-01-22T10:00:00.000Z',
      datacontenttype: 'application/json',
      data: {
        proxy_name: 'proxy1',
        volume_id: 'v',
        backend_type: 'vfs',
        previous: 'healthy',
        current: 'offline',
        last_known_status: 'offline',
        is_degraded: false,
        status_info: null,
        reason: 'NOT_MOUNTED',
        state_type: 'soft',
        attempt: 0,
        max_attempts: 3,
        first_check: false,
        since: OFFLINE.since,
        caused_by: null,
      },
    };
    expect(published).toEqual([
      { type: 'volume', host: 'proxy1:v', previous: HEALTHY, current: OFFLINE, transition: event },
    ]);
    expect(transitions).toEqual([{ of: 'volume', event }]);
    expect(announcer.volumeHistory({ proxy: 'proxy1', volume: 'v' }, 10)).toEqual([event]);
  });

  it('has the words of the wire, whatever it is of', () => {
    const { announcer, announce, published } = createWorld();
    announce(gone, moved(HEALTHY, AWAY));
    announcer.announceObserver(observer('ok'), observer('paused'));
    const events = published.map((change, seq) => ({ ...change, id: `run1:${seq + 1}` }));
    expect(events.map((event) => ManagerEvent.parse(event))).toEqual(events);
  });

  it('is none where nothing but a text moved: subscribers are told all the same', () => {
    const { announce, published, transitions } = createWorld();
    announce({ of: 'volume', volume: 'v', previous: HEALTHY, current: HEALTHY, transition: null });
    expect([published.length, transitions.length]).toEqual([1, 0]);
  });

  it('says of a proxy how many of its volumes it concerns', () => {
    const { announcer } = createWorld();
    announcer.announce('proxy1', [gone], 7);
    expect(announcer.proxyHistory('proxy1', 1)).toMatchObject([
      { type: 'volhealth.proxy.transition.v1', data: { current: 'unhealthy', volumes: 7, attempt: 1 } },
    ]);
  });
});

describe('what explains a transition of a volume', () => {
  it('is the outage of its proxy, and then its return', () => {
    const { announce, causes, announcer } = createWorld();
    announce(gone, moved(HEALTHY, AWAY));
    announce(back, moved(AWAY, HEALTHY));
    const [outage, returned] = announcer.proxyHistory('proxy1', 2).map(({ id }) => id);
    expect(causes()).toEqual([outage, returned]);
  });

  it('is also an outage that began before its proxy was ever asked: that was nothing before', () => {
    const { announce, causes, announcer } = createWorld();
    announce(
      { of: 'proxy', proxyName: 'proxy1', previous: UNASKED, current: DEAD, isTransition: true },
      moved(HEALTHY, AWAY),
    );
    const [outage] = announcer.proxyHistory('proxy1', 1);
    expect(outage?.data).toMatchObject({ previous: null, current: 'unhealthy', first_check: true });
    expect(causes()).toEqual([outage?.id]);
  });

  it('is nothing but itself where it comes back another than it was', () => {
    const { announce, causes } = createWorld();
    announce(gone, moved(HEALTHY, AWAY));
    announce(back, moved({ ...AWAY, last_known_status: 'healthy' }, OFFLINE));
    expect(causes()[1]).toBeNull();
  });

  it('is not that the outage was confirmed meanwhile', () => {
    const { announce, causes, announcer } = createWorld();
    announce(gone);
    announce({
      of: 'proxy',
      proxyName: 'proxy1',
      previous: DEAD,
      current: { ...DEAD, state_type: 'hard' },
      isTransition: true,
    });
    announce(moved(HEALTHY, AWAY));
    expect(causes()).toEqual([announcer.proxyHistory('proxy1', 2)[0]?.id]);
  });

  it('is a pause of the manager', () => {
    const { announcer, announce, causes, transitions } = createWorld();
    announcer.announceObserver(observer('ok'), observer('paused'));
    announce(moved(HEALTHY, PAUSED));
    expect(causes()).toEqual([transitions[0]?.event.id]);
  });
});
