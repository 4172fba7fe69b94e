import { setTimeout as delay } from 'node:timers/promises';
import { type Changes, createChanges, hostName, randomHosts } from './changes.ts';
import { hasSubscription, subscribe } from './graphql-subscriber.ts';
import { quantile, quantiles } from './quantiles.ts';
import { createSightings, pollHosts } from './sightings.ts';
import { type FleetSize, startFleet } from './start-fleet.ts';
import { type RunningManager, startManager } from './start-manager.ts';
import { judged, table } from './table.ts';

// How long after a change at a storage proxy a GraphQL client knows of it: by a subscription, and by polling, while the
// manager is told by its proxies' streams, and while it has to poll them. Three processes: the fleet, the manager, this.

interface Setting {
  readonly title: string;
  readonly size: FleetSize;
  /** Of the manager's polls and of the client's. */
  readonly intervalS: number;
  readonly pushed: Load;
  readonly polled: Load;
}

interface Load {
  readonly count: number;
  readonly seconds: number;
}

interface Delays {
  readonly delaysMs: number[];
  readonly missed: number;
}

interface ClientDelays {
  /** Null where the manager has no subscriptions. */
  readonly subscriber: Delays | null;
  readonly poller: Delays;
}

const LARGE = { proxies: Number(process.env['PROXIES'] ?? 1_000), volumes: Number(process.env['VOLUMES'] ?? 100) };
const SETTINGS: readonly Setting[] = [
  {
    title: 'idle small system',
    size: { proxies: 2, volumes: 5 },
    intervalS: 2,
    pushed: { count: 300, seconds: 15 },
    polled: { count: 150, seconds: 12 },
  },
  {
    title: 'everything running',
    size: LARGE,
    intervalS: 10,
    pushed: { count: 400, seconds: 20 },
    polled: { count: 100, seconds: 10 },
  },
];
const TARGET_SMALL_P50_MS = 10;
const TARGET_LARGE_P99_MS = 250;
const HEAD = ['ms from a change to a GraphQL client', 'changes', 'missed', 'p50', 'p99', 'max'];
const SUBSCRIPTION = 'subscription { volumeHealthChanged { remaining host current { statusInfo } } }';

interface Event {
  readonly volumeHealthChanged: {
    readonly remaining: number | null;
    readonly host: string;
    readonly current: { readonly statusInfo: string | null } | null;
  };
}

const found: ClientDelays[] = [];
for (const setting of SETTINGS) found.push(await bench(setting));
const [small, large] = found.map(({ subscriber }) => subscriber?.delaysMs ?? null);
if (small != null) {
  console.log(
    `idle small system, p50: ${judged(quantile(small, 0.5), { most: TARGET_SMALL_P50_MS, digits: 1, unit: 'ms' })}`,
  );
}
if (large != null) {
  console.log(
    `${LARGE.proxies} proxies × ${LARGE.volumes} volumes, p99: ` +
      judged(quantile(large, 0.99), { most: TARGET_LARGE_P99_MS, digits: 0, unit: 'ms' }),
  );
}

/** Resolves with what was measured with streams. */
async function bench(setting: Setting): Promise<ClientDelays> {
  const { title, size, intervalS, pushed, polled } = setting;
  const fleet = await startFleet(size);
  const changes = createChanges(fleet);
  const manager = await startManager({ fleet, intervalS });
  try {
    await manager.untilSettled();
    // The streams come up beside the first polls, each a while after its own.
    await delay(5_000);
    console.log(`${title}: ${size.proxies} proxies × ${size.volumes} volumes, polls every ${intervalS} s`);
    const withStreams = await measure(manager, changes, { ...pushed, intervalS });
    fleet.streams(false);
    // Whoever was cut asks again at once, all of them together; then polls are spread again.
    await delay(intervalS * 1_000);
    await manager.untilSettled();
    const withoutStreams = await measure(manager, changes, { ...polled, intervalS });
    console.log(`${table(HEAD, [...rows('streams', withStreams), ...rows('polling', withoutStreams)])}
${ratios(withStreams, withoutStreams)}
`);
    return withStreams;
  } finally {
    await manager.stop();
    fleet.stop();
  }
}

async function measure(
  manager: RunningManager,
  changes: Changes,
  over: Load & Pick<Setting, 'intervalS'>,
): Promise<ClientDelays> {
  const { url } = manager;
  const { count, intervalS } = over;
  const hosts = randomHosts(changes.fleet, count);
  const [subscribed, polled] = [createSightings(), createSightings()];
  const isPushed = await hasSubscription(url, 'volumeHealthChanged');
  const close = isPushed ? await subscribeToAll(manager, subscribed.saw) : () => {};
  if (!isPushed) console.log('skipped: subscribing, for this manager has no subscription volumeHealthChanged');
  const stopPolling = pollHosts({
    url,
    hosts: hosts.map(hostName),
    intervalMs: intervalS * 1_000,
    sightings: polled,
  });
  const made = await changes.make(hosts, over);
  const poller = await polled.delays(made, (2 * intervalS + 2) * 1_000);
  const subscriber = isPushed ? await subscribed.delays(made, 1_000) : null;
  stopPolling();
  close();
  return { subscriber, poller };
}

/** Resolves once the whole snapshot has come. */
async function subscribeToAll(
  { url, meter }: RunningManager,
  saw: ReturnType<typeof createSightings>['saw'],
): Promise<() => void> {
  meter.begin();
  const beganMs = performance.now();
  const { promise: whole, resolve } = Promise.withResolvers<void>();
  let events = 0;
  const { close } = await subscribe<Event>({
    url,
    query: SUBSCRIPTION,
    onNext({ volumeHealthChanged: { remaining, host, current } }, atMs) {
      events += 1;
      saw(host, current?.statusInfo, atMs);
      if (remaining === 0) resolve();
    },
  });
  await whole;
  const tookMs = (performance.now() - beganMs).toFixed(0);
  const { lagsMs } = await meter.end();
  const lag =
    lagsMs.length === 0 ? '' : `; meanwhile the manager's timers were late by ${quantiles(lagsMs, 0)[2]} ms at most`;
  console.log(`a subscriber of everything has its snapshot, ${events} events, after ${tookMs} ms${lag}`);
  return close;
}

function rows(told: string, { subscriber, poller }: ClientDelays): string[][] {
  return [
    ...(subscriber === null ? [] : [row(`the manager by ${told}, the client by its subscription`, subscriber)]),
    row(`the manager by ${told}, the client polls`, poller),
  ];
}

function row(title: string, { delaysMs, missed }: Delays): string[] {
  return [title, `${delaysMs.length + missed}`, `${missed}`, ...quantiles(delaysMs, 1)];
}

function ratios(withStreams: ClientDelays, withoutStreams: ClientDelays): string {
  if (withStreams.subscriber === null) return '';
  const pushedMs = withStreams.subscriber.delaysMs;
  const polledMs = withoutStreams.poller.delaysMs;
  const ratio = (share: number) => (quantile(polledMs, share) / quantile(pushedMs, share)).toFixed(0);
  return `polling on both ways takes ${ratio(0.5)} times as long as push at p50, ${ratio(0.99)} times at p99`;
}
