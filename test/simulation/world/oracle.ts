import type { Snapshot } from '../../../manager/snapshot.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import type { VolumeReport } from '../../../schema/volume-report.ts';
import { hostOf } from './adding-up.ts';
import { answerOf, faultOfEvidence } from './evidence.ts';
import type { Ground } from './ground.ts';
import { createExplanations, type Explanations } from './explanations.ts';
import type { ManagerProcess, ProxyProcess } from './processes.ts';
import { differenceOf } from './sameness.ts';
import { type Answer, checkId } from './storages.ts';
import type { ProxyPlan, VolumePlan } from './topology.ts';
import { type Invariant, Violation } from './violation.ts';

/** Sees everything, and holds what is shown against the truth. */
export interface Oracle {
  /** A manager begins; hears of its transitions. */
  readonly explanationsOf: (manager: ManagerProcess) => Explanations;
  /** A proxy may have come to say something else. */
  readonly hear: (process: ProxyProcess) => void;
  /** Looks at what a manager shows at this instant. */
  readonly look: (manager: ManagerProcess) => Snapshot;
  /** Compares what it shows with what it has told, once everybody has had it. */
  readonly compare: (manager: ManagerProcess, snapshot: Snapshot) => void;
}

/** Something that a proxy said of a volume, and how long it did. */
interface Said {
  readonly verdict: string;
  readonly process: ProxyProcess;
  readonly report: VolumeReport;
  untilMs: number;
}

/** What the oracle remembers of a manager. */
interface Watched {
  snapshot: Snapshot | null;
  /** When the first of what is shown must be shown no more. */
  deadlineMs: number;
  deadlineOf: string;
  /** Of each check the latest answer that was shown. */
  readonly latest: Map<string, Answer>;
  readonly shown: Map<string, string>;
  readonly explanations: Explanations;
}

const SLACK_MS = 300;
/** What clocks that go at different speeds may add to an age. */
const SKEW = 0.003;
const REMEMBERED_MS = 600_000;

/** How long after it was made a verdict may be shown as current (`stale_after`), in true time. */
export function staleAfterMs({ intervalMs, timeoutMs }: VolumePlan, { pollMs }: ProxyPlan): number {
  const boundMs = 2.2 * intervalMs + timeoutMs + 2 * Math.max(pollMs, 10_000) + 5_000;
  return boundMs * (1 + SKEW) + SLACK_MS;
}

export function createOracle({ kernel, topology, storages, coverage, fail }: Ground): Oracle {
  const said = new Map<string, Said[]>();
  const watched = new Map<ManagerProcess, Watched>();
  const plans = new Map(
    topology.proxies.flatMap((proxy) =>
      proxy.volumes.map((volume) => [`${proxy.name}:${volume.name}`, { proxy, volume }]),
    ),
  );
  const wrong = (invariant: Invariant, message: string): void => fail(new Violation(invariant, message));

  return { explanationsOf: (manager) => of(manager).explanations, hear, look, compare };

  function of(manager: ManagerProcess): Watched {
    const known = watched.get(manager);
    if (known !== undefined) return known;
    const fresh: Watched = {
      snapshot: null,
      deadlineMs: Infinity,
      deadlineOf: '',
      latest: new Map(),
      shown: new Map(),
      explanations: createExplanations(fail),
    };
    watched.set(manager, fresh);
    return fresh;
  }

  function hear(process: ProxyProcess): void {
    for (const volume of process.volumes) {
      const host = `${process.plan.name}:${volume.name}`;
      const report = process.proxy.volume(volume.name)!;
      const all = said.get(host) ?? [];
      const last = all.findLast((one) => one.process === process);
      if (last?.report === report) continue;
      if (last !== undefined) last.untilMs = kernel.now();
      const verdict = verdictOf({ ...report, is_degraded: report.degraded });
      said.set(host, [
        ...all.filter(({ untilMs }) => untilMs > kernel.now() - REMEMBERED_MS),
        { verdict, process, report, untilMs: Infinity },
      ]);
      const fault = faultOfEvidence(
        { ...report, is_degraded: report.degraded },
        { proxy: process.plan.name, volume, storages },
      );
      if (fault !== null && report.last_checked_at !== null) wrong('evidenced', `its proxy says: ${fault}`);
      backwards(last?.report ?? null, report, host);
    }
  }

  /** Whether a proxy itself shows an answer that is older than one that it has shown. */
  function backwards(before: VolumeReport | null, now: VolumeReport, host: string): void {
    for (const check of now.checks) {
      const [old, young] = [before?.checks.find(({ name }) => name === check.name), check].map((one) =>
        one === undefined ? null : answerOf(one, storages),
      );
      if (old != null && young != null && young.number < old.number) {
        wrong('forward', `the proxy of ${host} shows answer ${young.number} after answer ${old.number}`);
      }
    }
  }

  function look(manager: ManagerProcess): Snapshot {
    const snapshot = manager.manager.snapshot();
    const memory = of(manager);
    if (snapshot !== memory.snapshot) {
      memory.snapshot = snapshot;
      memory.deadlineMs = Infinity;
      lookAtProxies(manager, snapshot);
      for (const volume of snapshot.volumes) lookAtVolume(manager, memory, volume);
    }
    if (kernel.now() > memory.deadlineMs) wrong('fresh', `${manager.name} still shows ${memory.deadlineOf}`);
    return snapshot;
  }

  function lookAtProxies({ name }: ManagerProcess, snapshot: Snapshot): void {
    for (const proxy of snapshot.proxies) {
      if (proxy.is_healthy) continue;
      const seen = snapshot.volumesOf(proxy.proxy_name).find(({ status }) => status !== 'unknown');
      if (seen !== undefined)
        wrong('masked', `${name} shows ${hostOf(seen)} ${seen.status} though its proxy does not answer`);
    }
  }

  function lookAtVolume(manager: ManagerProcess, memory: Watched, health: VolumeHealth): void {
    const host = hostOf(health);
    const state = `${health.status}${health.is_degraded ? ' degraded' : ''}`;
    const before = memory.shown.get(host);
    if (before !== state) {
      coverage.reached(`volume: ${before ?? 'new'} → ${state}`);
      coverage.reached(`volume ${state}: ${health.reason}`);
    }
    memory.shown.set(host, state);
    if (health.is_healthy !== (health.status === 'healthy'))
      wrong('evidenced', `is_healthy of ${host} is not its status`);
    const plan = plans.get(host);
    if (health.status === 'unknown' || plan === undefined) return;
    const fault = faultOfEvidence(health, { proxy: plan.proxy.name, volume: plan.volume, storages });
    if (fault !== null) wrong('evidenced', `${manager.name} shows: ${fault}`);
    const boundMs = staleAfterMs(plan.volume, plan.proxy);
    const verdict = verdictOf(health);
    const latest = (said.get(host) ?? []).findLast((one) => one.verdict === verdict);
    if (latest === undefined) {
      wrong('evidenced', `${manager.name} shows ${host} ${verdict}, which its proxy never said`);
    } else {
      expect(
        memory,
        latest.untilMs + boundMs,
        `${host} ${verdict}, which its proxy last said ${kernel.now() - latest.untilMs} ms ago`,
      );
    }
    for (const check of health.checks) {
      const answer = answerOf(check, storages);
      if (answer === null) continue;
      forward(manager, memory, answer);
      const isAdvisory = plan.volume.checks.find(({ name }) => name === check.name)?.isAdvisory === true;
      const isRepeated = check.info?.includes('since then') === true;
      if (!isAdvisory && !isRepeated)
        expect(
          memory,
          answer.atMs + boundMs,
          `${checkId(plan.proxy.name, plan.volume.name, check.name)} by answer ${answer.number} of ${answer.atMs} ms`,
        );
    }
  }

  function expect(memory: Watched, deadlineMs: number, what: string): void {
    if (deadlineMs >= memory.deadlineMs) return;
    memory.deadlineMs = deadlineMs;
    memory.deadlineOf = what;
  }

  /** Of two processes behind one address each tells its own; of two that followed each other the first is over. */
  function forward({ name }: ManagerProcess, { latest }: Watched, answer: Answer): void {
    const before = latest.get(answer.check);
    const isOld =
      before?.machine === answer.machine
        ? answer.number < before.number
        : before !== undefined && answer.machine.diedMs() <= before.machine.bornMs;
    if (isOld)
      wrong('forward', `${name} shows answer ${answer.number} of ${answer.check} after answer ${before?.number}`);
    latest.set(answer.check, answer);
  }

  function compare(manager: ManagerProcess, snapshot: Snapshot): void {
    const { explanations } = of(manager);
    const now = {
      volumes: new Map(snapshot.volumes.map((volume) => [hostOf(volume), volume])),
      proxies: new Map(snapshot.proxies.map((proxy) => [proxy.proxy_name, proxy])),
    };
    const difference = differenceOf(now, manager.reference.known());
    if (difference !== null) wrong('told', `${manager.name}: asked and told: ${difference}`);
    for (const host of plans.keys()) explanations.compare(host, now.volumes.get(host) ?? null);
  }
}

function verdictOf({ status, is_degraded, reason }: Pick<VolumeHealth, 'status' | 'is_degraded' | 'reason'>): string {
  return `${status}${is_degraded ? ' degraded' : ''} ${reason}`;
}
