import { setTimeout as delay } from 'node:timers/promises';
import { hostName, randomHosts } from './changes.ts';
import { hasSubscription } from './graphql-subscriber.ts';
import { quantiles } from './quantiles.ts';
import { startFleet } from './start-fleet.ts';
import { startManager } from './start-manager.ts';
import { createSubscribedClient, type SubscribedClient } from './subscribed-client.ts';
import { table } from './table.ts';

// One change for 1,000 GraphQL subscribers. Then half of them select much and stop reading while changes go on: what
// that costs the manager, and the others, and what those who stopped know once they read again.

const COUNT = Number(process.env['SUBSCRIBERS'] ?? 1_000);
const FLEET = { proxies: 2, volumes: 5 };
const SINGLE_CHANGES = 20;
const STUCK_S = 90;
const CHANGE_EVERY_MS = 150;
const WITHIN_MS = 5_000;
const RECOVERED_WITHIN_MS = 30_000;
/** About 20 KB an event: what the kernel holds for one who does not read is full within seconds, not hours. */
const WIDE = Array.from({ length: 80 }, (_, index) => `m${index}: metadata`).join(' ');

const fleet = await startFleet(FLEET);
const hosts = randomHosts(fleet, FLEET.proxies * FLEET.volumes);
const manager = await startManager({ fleet, intervalS: 10 });
const delays: string[][] = [];
const memories: string[][] = [];
let serial = 0;
/** When each client got the latest change. */
let arrivedMs: number[] = [];
/** The serial of the latest change of each host. */
const latest = new Map<string, number>();

try {
  await manager.untilSettled();
  await delay(3_000);
  if (await hasSubscription(manager.url, 'volumeHealthChanged')) await bench();
  else console.log('skipped: this manager has no subscription volumeHealthChanged');
} finally {
  await manager.stop();
  fleet.stop();
}
// The sockets that are still open keep nobody waiting.
process.exit();

async function bench(): Promise<void> {
  await noteMemory('nobody subscribes');
  const beganMs = performance.now();
  const clients = await connected(COUNT, '');
  console.log(`${COUNT} subscribers, each with its snapshot of ${hosts.length} volumes, after ${msSince(beganMs)} ms`);
  await noteMemory(`${COUNT} subscribers`);
  await noteDelays(`all ${COUNT} read`, SINGLE_CHANGES, clients.length);

  const [leaving, others] = [clients.slice(0, COUNT / 2), clients.slice(COUNT / 2)];
  for (const client of leaving) client.stream().close();
  const stuck = await connected(leaving.length, WIDE);
  await noteMemory('half of them select much');
  for (const client of stuck) client.stream().pause();
  const stuckMs = performance.now();
  while (performance.now() - stuckMs < STUCK_S * 1_000) {
    const from = Math.round((performance.now() - stuckMs) / 1_000);
    await noteDelays(`half do not read, ${from} s on`, Math.round(10_000 / CHANGE_EVERY_MS), others.length);
    await noteMemory(`half do not read, ${Math.round((performance.now() - stuckMs) / 1_000)} s on`);
  }
  const ending = await recover(stuck);
  await noteMemory('all read again');

  console.log(
    table(
      ['ms from a change at a proxy until all who read have it', 'deliveries', 'missed', 'p50', 'p99', 'max'],
      delays,
    ),
  );
  console.log(table(['manager, after a full collection', 'heap and buffers, MB', 'RSS, MB'], memories));
  console.log(ending);
}

/** All read again; whoever turns out to have been cut, once what was on its way is read, comes back where it was. */
async function recover(stuck: readonly SubscribedClient[]): Promise<string> {
  const beganMs = performance.now();
  const cut = new Set<SubscribedClient>();
  for (const client of stuck) client.stream().resume();
  while (!stuck.every(isUpToDate) && performance.now() - beganMs < RECOVERED_WITHIN_MS) {
    for (const client of stuck.filter(({ isOpen }) => !isOpen())) {
      cut.add(client);
      await client.connect();
    }
    await delay(20);
  }
  const upToDate = stuck.filter(isUpToDate).length;
  const goneOn = Array.from(cut).filter((client) => client.snapshots() === 1).length;
  return `of ${stuck.length} that did not read for ${STUCK_S} s ${cut.size} were cut; ${goneOn} of these went on where they were, without another snapshot
${upToDate} of ${stuck.length} know the latest state of every volume ${msSince(beganMs)} ms after they began to read again`;
}

function isUpToDate({ seen }: SubscribedClient): boolean {
  return Array.from(latest).every(([host, wanted]) => (seen.get(host) ?? 0) >= wanted);
}

async function connected(count: number, selection: string): Promise<SubscribedClient[]> {
  const clients = Array.from({ length: count }, () =>
    createSubscribedClient({
      url: manager.url,
      selection,
      onChange(changed, atMs) {
        if (changed === serial && selection === '') arrivedMs.push(atMs);
      },
    }),
  );
  for (let start = 0; start < count; start += 50) {
    await Promise.all(clients.slice(start, start + 50).map((client) => client.connect()));
  }
  return clients;
}

/** Makes changes one after the other, and waits until all `readers` have each. */
async function noteDelays(title: string, changes: number, readers: number): Promise<void> {
  const delaysMs: number[] = [];
  for (let count = 0; count < changes; count += 1) {
    const host = hosts[count % hosts.length]!;
    serial += 1;
    arrivedMs = [];
    latest.set(hostName(host), serial);
    const nextMs = performance.now() + CHANGE_EVERY_MS;
    const atMs = await fleet.change({ ...host, serial });
    await until(() => arrivedMs.length >= readers, WITHIN_MS);
    delaysMs.push(...arrivedMs.map((arrived) => arrived - atMs));
    await delay(Math.max(0, nextMs - performance.now()));
  }
  const missed = changes * readers - delaysMs.length;
  delays.push([title, `${delaysMs.length}`, `${missed}`, ...quantiles(delaysMs, 1)]);
}

async function noteMemory(title: string): Promise<void> {
  const { heapUsed, external, rss } = (await manager.meter.end()).memory;
  memories.push([title, megabytes(heapUsed + external), megabytes(rss)]);
}

async function until(holds: () => boolean, withinMs: number): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds() && performance.now() < endMs) await delay(5);
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function msSince(beganMs: number): string {
  return (performance.now() - beganMs).toFixed(0);
}
