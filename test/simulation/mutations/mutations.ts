import type { RingName } from '../rings.ts';

/** A fault that is planted in the project's code, to see whether a simulated world finds it. */
export interface Mutation {
  /** What is wrong with it then, as a sentence. */
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The only ring that can find it; without it, the first that does. */
  readonly ring?: RingName;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'what a proxy has said last stays current when it no longer answers',
    file: 'manager/effective-status.ts',
    find: "if (!view.isHealthy) return unknown('PROXY_UNREACHABLE'",
    replace: "if (!view.isHealthy && view.received === null) return unknown('PROXY_UNREACHABLE'",
  },
  {
    name: 'the age of what a proxy says is reckoned by the wall clock',
    file: 'manager/proxy-link.ts',
    find: 'const request = { isPoll: true, generation, askedMonoMs: clock.mono() };',
    replace: 'const request = { isPoll: true, generation, askedMonoMs: clock.now() };',
  },
  {
    name: 'the volumes of a proxy stay when it starts anew without them',
    file: 'manager/received.ts',
    find: '    epoch: report.epoch,',
    replace: `    epoch: report.epoch,
    volumes: new Map([...(previous?.volumes ?? []), ...report.volumes]),`,
  },
  {
    name: 'whoever comes back to a feed misses the first change since',
    file: 'probe/feed.ts',
    find: 'let at = since?.epoch === epoch && since.seq <= seq ? since.seq : null;',
    replace: 'let at = since?.epoch === epoch && since.seq <= seq ? since.seq + 1 : null;',
  },
  {
    name: 'a target that is stuck is asked once more each time',
    file: 'probe/health-probe.ts',
    find: 'if (out === null) return start(slot);',
    replace: 'if (out === null || out.expired) return start(slot);',
  },
  {
    name: 'a stream that was cut is never opened again',
    file: 'client/resuming-event-source.ts',
    find: 'this.#leave = after(this.#backoff.nextMs(), () => {',
    replace: 'this.#leave = after(1e12 + this.#backoff.nextMs(), () => {',
    ring: 'stack',
  },
  {
    name: 'tRPC lists the volumes of a dead proxy as they were',
    file: 'manager/app.ts',
    find: 'volumes: () => snapshot().volumes,',
    replace:
      'volumes: () => snapshot().volumes.map((one) => ({ ...one, status: one.last_known_status ?? one.status })),',
    ring: 'stack',
  },
  {
    name: 'a call that has had its time is not aborted',
    file: 'probe/health-probe.ts',
    find: '    call.controller.abort(new DOMException(',
    replace: '    void (new DOMException(',
  },
  {
    name: 'a verdict is current for twice as long as it may be',
    file: 'manager/effective-status.ts',
    find: 'if (nowMonoMs > staleAtMs(view, report))',
    replace:
      'if (nowMonoMs > 2 * staleAtMs(view, report) - (report.checked_mono_ms ?? 0) - (view.received?.offsetMs ?? 0))',
  },
  {
    name: 'what has turned stale during a suspend is shown until a timer runs',
    file: 'manager/effective-state.ts',
    find: `      agenda.flush();
`,
    replace: `
`,
  },
  {
    name: 'a report that was overtaken is taken all the same',
    file: 'manager/received.ts',
    find: `      if (isOvertaken(previous, arrival, report)) return dropped(previous, 'old');
`,
    replace: '',
  },
  {
    name: 'a change that was overtaken is taken all the same',
    file: 'manager/received.ts',
    find: `      if (message.seq <= previous.seq) return dropped(previous, 'old');
`,
    replace: '',
  },
  {
    name: 'of two proxies behind one address the first is never believed again',
    file: 'manager/received.ts',
    find: '(returning?.polls ?? 0) >= POLLS_TO_BE_ONE',
    replace: 'false',
  },
  {
    name: 'beats tell of checks whose answer is yet to be told',
    file: 'proxy/publishing.ts',
    find: ' || checksOf(previous) !== checksOf(now)',
    replace: '',
  },
  {
    name: 'a feed counts two changes as one',
    file: 'probe/feed.ts',
    find: `      seq += 1;
      const forgotten`,
    replace: `      seq += ring.length === 7 ? 0 : 1;
      const forgotten`,
  },
  {
    name: 'who waits for one volume is not told of its changes',
    file: 'probe/feed.ts',
    find: '[waiting.get(null), waiting.get(key)]',
    replace: '[waiting.get(null)]',
  },
  {
    name: 'the first outage of a proxy has no event',
    file: 'manager/changes.ts',
    find: 'return isFirst || a.status',
    replace: 'return a.status',
  },
  {
    name: 'volumes do not say which outage made them unknown',
    file: 'manager/announcer.ts',
    find: 'if (masked == null) return null;',
    replace: `if (masked == null || masked.reason === 'PROXY_UNREACHABLE') return null;`,
  },
  {
    name: 'subscribers are not told of another reason',
    file: 'manager/changes.ts',
    find: `new Set(['last_checked_at',`,
    replace: `new Set(['reason', 'status_info', 'last_checked_at',`,
  },
  {
    name: 'whoever follows an unreported volume is not told that its proxy is back',
    file: 'manager/event-feed.ts',
    find: 'keys: [text, host.proxy, OBSERVER]',
    replace: 'keys: [text]',
  },
  {
    name: 'the limit of a check outlives it',
    file: 'manager/manager.ts',
    find: '    cancel();\n    checks.delete(check);',
    replace: '    checks.delete(check);',
  },
  {
    name: 'a volume that a restarted proxy does not report yet is gone at once',
    file: 'manager/proxy-slice.ts',
    find: '...unreported.slice(0, MAX_UNREPORTED)',
    replace: '',
  },
  {
    name: 'not knowing counts less than a warning',
    file: 'proxy/verdict.ts',
    find: '{ pass: 0, warn: 1, unknown: 2, fail: 3 }',
    replace: '{ pass: 0, warn: 2, unknown: 1, fail: 3 }',
  },
  {
    name: 'an advisory check makes a volume offline',
    file: 'proxy/verdict.ts',
    find: `  if (check.isAdvisory) return status === 'pass' ? status : 'warn';
`,
    replace: '',
  },
  {
    name: 'a storage that has failed is asked again much later',
    file: 'probe/schedule.ts',
    find: 'dueMs: nowMs + period + wobble(period)',
    replace: 'dueMs: nowMs + 50 * period + wobble(period)',
  },
  {
    name: 'a manager that ends goes on listening',
    file: 'manager/storage-health-checker.ts',
    find: `      for (const link of links.values()) link.stop();
`,
    replace: '',
  },
];
