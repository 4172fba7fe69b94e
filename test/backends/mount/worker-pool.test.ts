import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OwnTrouble } from '../../../backends/mount/mount-asker.ts';
import { createMountPool, type MountPoolOptions } from '../../../backends/mount/worker-pool.ts';
import { createFakeWorkers } from './fake-workers.ts';
import { look } from '../../questions.ts';

const SLOW_MS = 50;
const SILENT_MS = 250;
const LATE_MS = 5_250;
const START_MS = 10_000;

const refuseToFork = (): never => {
  throw new Error('spawn EAGAIN');
};

/** A pool whose workers do what the test says. */
function createPool(options: MountPoolOptions = {}) {
  const fakes = createFakeWorkers();
  const pool = createMountPool({ ...fakes.options, ...options });
  /** Asks the paths and lets their workers start. Who wants the answer asks again, and so joins. */
  const ask = (...paths: string[]): void => {
    for (const path of paths) pool.ask(look(path)).catch(() => {});
    for (const worker of fakes.alive()) if (worker.path === null) worker.start();
  };
  /** Makes them paths whose last call was late. */
  const makeSuspect = (...paths: string[]): void => {
    for (const path of paths) {
      ask(path);
      fakes.elapse(LATE_MS);
      fakes.at(path).answer();
    }
  };
  return { ...fakes, pool, ask, makeSuspect };
}

describe('the pool', () => {
  test('starts no process before it is asked', () => {
    expect(createPool().workers).toHaveLength(0);
  });

  test('answers with what the worker found, and keeps the worker', async () => {
    const { ask, at, pool } = createPool();
    ask('/a');
    const asked = pool.ask(look('/a'));
    at('/a').answer({ mountId: 7 });
    expect(await asked).toEqual({ mountId: 7 });
    expect(pool.counts()).toEqual({ processes: 1, active: 1, silent: 0, queued: 0 });
  });

  test('sends a worker nothing before it is ready', () => {
    const { pool, workers } = createPool();
    void pool.ask(look('/a'));
    expect(workers[0]?.path).toBeNull();
    workers[0]?.start();
    expect(workers[0]?.path).toBe('/a');
  });

  test('has four workers at most, and serves first who came first', () => {
    const { ask, at, pool, workers } = createPool();
    ask('/1', '/2', '/3', '/4', '/5', '/6');
    expect(pool.counts()).toEqual({ processes: 4, active: 4, silent: 0, queued: 2 });
    at('/2').answer();
    expect(workers.map(({ path }) => path)).toEqual(['/1', '/5', '/3', '/4']);
  });

  test('tells each asker the step that the call is at', () => {
    const { pool, workers } = createPool();
    const steps: string[] = [];
    void pool.ask(look('/a'), (step) => steps.push(`first ${step}`));
    workers[0]?.start();
    workers[0]?.step('stat');
    void pool.ask(look('/a'), (step) => steps.push(`second ${step}`));
    workers[0]?.step('open');
    expect(steps).toEqual(['first stat', 'second stat', 'first open', 'second open']);
  });

  test('asks a path once for all who ask it meanwhile', async () => {
    const { ask, at, pool, workers } = createPool();
    ask('/a');
    const asked = [pool.ask(look('/a')), pool.ask(look('/a'))];
    at('/a').answer({ mountId: 7 });
    expect(await Promise.all(asked)).toEqual([{ mountId: 7 }, { mountId: 7 }]);
    expect(workers).toHaveLength(1);
  });

  test('asks a path anew once it has answered', () => {
    const { ask, at, workers } = createPool();
    ask('/a');
    at('/a').answer();
    ask('/a');
    expect(workers.map(({ path }) => path)).toEqual(['/a']);
  });
});

describe('a silent call', () => {
  test('keeps its worker, and another is started for the next path', () => {
    const { ask, elapse, pool } = createPool();
    ask('/1', '/2', '/3', '/4', '/5');
    elapse(SILENT_MS);
    expect(pool.counts()).toEqual({ processes: 5, active: 1, silent: 4, queued: 0 });
  });

  test('stays the only one of its path', () => {
    const { ask, elapse, workers } = createPool();
    ask('/a');
    elapse(SILENT_MS);
    ask('/a', '/a');
    expect(workers).toHaveLength(1);
  });

  test('answers whenever it returns, and gives its worker back', async () => {
    const { ask, at, elapse, pool } = createPool();
    ask('/a');
    const asked = pool.ask(look('/a'));
    elapse(SILENT_MS);
    at('/a').answer({ mountId: 7 });
    expect(await asked).toEqual({ mountId: 7 });
    expect(pool.counts()).toEqual({ processes: 1, active: 1, silent: 0, queued: 0 });
  });

  test('ends its worker when it returns and four others are there', () => {
    const { ask, at, elapse, pool, alive } = createPool();
    ask('/slow');
    elapse(SILENT_MS);
    ask('/1', '/2', '/3', '/4');
    at('/slow').answer();
    expect(pool.counts()).toMatchObject({ processes: 4, active: 4 });
    expect(alive()).toHaveLength(4);
  });
});

describe('a slow call', () => {
  test('is waited for while nobody else waits', () => {
    const { ask, elapse, pool } = createPool();
    ask('/1', '/2', '/3', '/4');
    elapse(SLOW_MS);
    expect(pool.counts()).toEqual({ processes: 4, active: 4, silent: 0, queued: 0 });
  });

  test.each(['before', 'after'])('counts as silent for a path that came %s it was slow, and for one only', (when) => {
    const { ask, elapse, pool } = createPool();
    ask('/1', '/2', '/3', '/4');
    if (when === 'before') void pool.ask(look('/5'));
    elapse(SLOW_MS);
    if (when === 'after') void pool.ask(look('/5'));
    expect(pool.counts()).toEqual({ processes: 5, active: 4, silent: 1, queued: 0 });
  });

  test('that was slow the last time, too, is waited for like any other', () => {
    const { ask, at, elapse, pool } = createPool();
    const paths = ['/1', '/2', '/3', '/4'];
    ask(...paths);
    elapse(SLOW_MS);
    for (const path of paths) at(path).answer();
    ask(...paths);
    elapse(SLOW_MS);
    ask('/5');
    expect(pool.counts()).toEqual({ processes: 4, active: 4, silent: 0, queued: 1 });
    elapse(SILENT_MS);
    expect(pool.counts()).toEqual({ processes: 5, active: 1, silent: 4, queued: 0 });
  });

  test('is one by its own time: the next call of the worker has all of it again', () => {
    const { ask, at, elapse, pool } = createPool();
    ask('/1', '/2', '/3', '/4');
    elapse(SLOW_MS);
    for (const path of ['/1', '/2', '/3', '/4']) at(path).answer();
    ask('/5', '/6', '/7', '/8', '/9');
    expect(pool.counts()).toMatchObject({ processes: 4, silent: 0, queued: 1 });
  });
});

describe('a path whose last call was late', () => {
  test('never gets the last worker', () => {
    const built = createPool();
    const suspects = ['/1', '/2', '/3', '/4'];
    built.makeSuspect(...suspects);
    built.ask(...suspects, '/good');
    expect(built.workers.map(({ path }) => path)).toEqual(['/1', '/2', '/3', '/good']);
    built.at('/1').answer();
    expect(built.at('/4')).toBe(built.workers[0]);
  });

  test('is asked all the same when others like it hang', () => {
    const built = createPool();
    const suspects = ['/1', '/2', '/3', '/4'];
    built.makeSuspect(...suspects);
    built.ask(...suspects);
    built.elapse(SILENT_MS);
    built.ask();
    expect(built.at('/4').hasEnded).toBe(false);
  });

  test('is like any other again after a call that was not late', () => {
    const built = createPool();
    const paths = ['/1', '/2', '/3', '/4'];
    built.makeSuspect(...paths);
    for (const path of paths) {
      built.ask(path);
      built.at(path).answer();
    }
    built.ask(...paths);
    expect(built.workers.map(({ path }) => path)).toEqual(paths);
  });

  test('is not one whose call was merely slow, or silent: it is asked however many are stuck', () => {
    const built = createPool({ maxStuck: 2 });
    built.ask('/slow');
    built.elapse(SILENT_MS);
    built.at('/slow').answer();
    built.ask('/stuck1', '/stuck2', '/stuck3');
    built.elapse(SILENT_MS);
    built.ask('/slow');
    expect(built.at('/slow').hasEnded).toBe(false);
  });

  test('is refused while too many others are stuck', async () => {
    const built = createPool({ maxStuck: 2 });
    built.makeSuspect('/was-stuck');
    built.ask('/stuck1', '/stuck2');
    built.elapse(SILENT_MS);
    await expect(built.pool.ask(look('/was-stuck'))).rejects.toEqual(
      new OwnTrouble('2 calls on mounts are stuck, and this path was among them', 'TOO_MANY_STUCK'),
    );
  });

  test('costs the others nothing: they are asked however many are stuck', async () => {
    const built = createPool({ maxStuck: 2 });
    built.ask('/stuck1', '/stuck2', '/stuck3');
    built.elapse(SILENT_MS);
    built.ask('/good');
    const asked = built.pool.ask(look('/good'));
    built.at('/good').answer({ mountId: 7 });
    expect(await asked).toEqual({ mountId: 7 });
  });
});

describe('a worker that is lost', () => {
  test('costs one call, and another is started for the next', async () => {
    const { ask, at, pool, workers } = createPool();
    ask('/a', '/b');
    const [lost, kept] = [pool.ask(look('/a')), pool.ask(look('/b'))];
    at('/a').die('it ended with SIGKILL');
    await expect(lost).rejects.toEqual(new OwnTrouble('the process that asks mounts was lost: it ended with SIGKILL'));
    at('/b').answer({ mountId: 7 });
    expect(await kept).toEqual({ mountId: 7 });
    ask('/c', '/d');
    expect(workers).toHaveLength(3);
    expect(pool.counts()).toMatchObject({ processes: 2, queued: 0 });
  });

  test('costs nothing while it is idle', async () => {
    const { ask, at, pool, workers } = createPool();
    ask('/a');
    at('/a').answer();
    workers[0]?.die('it ended with SIGTERM');
    expect(pool.counts().processes).toBe(0);
    ask('/a');
    const asked = pool.ask(look('/a'));
    at('/a').answer({ mountId: 7 });
    expect(await asked).toEqual({ mountId: 7 });
  });

  test('is one, too, that answers without being asked', async () => {
    const { ask, at, alive } = createPool();
    ask('/a');
    const worker = at('/a');
    worker.answer();
    worker.answer();
    expect(alive()).toHaveLength(0);
  });

  test('is one, too, that does not start: the storage was not even asked', async () => {
    const { ask, elapse, pool, workers } = createPool();
    const asked = pool.ask(look('/a'));
    elapse(START_MS);
    await expect(asked).rejects.toThrow('the process that asks mounts was lost: it did not start in time');
    expect(workers[0]?.hasEnded).toBe(true);
    ask('/a');
    expect(workers[1]?.path).toBe('/a');
  });

  test('cannot be started: every path is told why, and tried again when it is asked again', async () => {
    const { pool } = createPool({ fork: refuseToFork });
    const paths = ['/1', '/2', '/3', '/4', '/5', '/1'];
    const outcomes = await Promise.allSettled(paths.map((path) => pool.ask(look(path))));
    expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason)))).toEqual(
      new Set(['OwnTrouble: the process that asks mounts was lost: it cannot be started: spawn EAGAIN']),
    );
    expect(pool.counts()).toEqual({ processes: 0, active: 0, silent: 0, queued: 0 });
  });
});

test('stop ends every worker, rejects every call and starts nothing more', async () => {
  const { ask, elapse, pool, alive, workers } = createPool();
  const paths = ['/1', '/2', '/3', '/4', '/5'];
  ask(...paths);
  const asked = paths.map((path) => pool.ask(look(path)));
  elapse(SILENT_MS);
  pool.stop();
  expect(await Promise.allSettled(asked)).toMatchObject(asked.map(() => ({ reason: { name: 'OwnTrouble' } })));
  await expect(pool.ask(look('/a'))).rejects.toThrow('the service is stopping');
  expect(alive()).toHaveLength(0);
  expect(workers).toHaveLength(5);
  expect(pool.counts().processes).toBe(0);
});

test('whatever happens, processes ≤ silent calls + 4, one call a path, and every call ends when its worker does', async () => {
  const path = fc.nat(11).map((n) => `/${n}`);
  const event = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), path }),
    fc.record({ kind: fc.constantFrom('start' as const, 'answer' as const, 'die' as const), nth: fc.nat(15) }),
    fc.record({ kind: fc.constant('elapse' as const), ms: fc.constantFrom(SLOW_MS, SILENT_MS, LATE_MS, START_MS) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      const { pool, alive, workers, elapse } = createPool({ maxStuck: 6 });
      const asked: Promise<unknown>[] = [];
      const started = new Set<unknown>();
      const start = (worker = alive()[0]) => {
        if (worker === undefined || started.has(worker)) return;
        started.add(worker);
        worker.start();
      };
      for (const happening of events) {
        const worker = 'nth' in happening ? alive()[happening.nth] : undefined;
        if (happening.kind === 'ask') asked.push(pool.ask(look(happening.path)));
        else if (happening.kind === 'elapse') elapse(happening.ms);
        else if (worker === undefined) continue;
        else if (happening.kind === 'start') start(worker);
        else if (happening.kind === 'die') worker.die('it died');
        else if (worker.path !== null) worker.answer();
        const { processes, silent } = pool.counts();
        expect(processes).toBeLessThanOrEqual(silent + 4);
        expect(alive()).toHaveLength(processes);
        const paths = alive().flatMap(({ path: busy }) => busy ?? []);
        expect(new Set(paths).size).toBe(paths.length);
      }
      const settled = Promise.allSettled(asked);
      // Whoever comes to life and answers frees a worker for the next in the queue, until nobody waits.
      for (const worker of workers) {
        start(worker);
        while (worker.path !== null && !worker.hasEnded) worker.answer();
      }
      await settled;
    }),
  );
});

const NOT_WANTED = 'no volume has this path any more';

describe('paths that no volume has any more', () => {
  test('have their hung calls ended at once, with the workers, and those of others go on', async () => {
    const { pool, ask, at, elapse, alive } = createPool();
    ask('/gone', '/kept');
    const [gone, kept] = [pool.ask(look('/gone')), pool.ask(look('/kept'))];
    elapse(SILENT_MS);
    const stuck = at('/gone');
    pool.keepOnly(['/kept']);
    await expect(gone).rejects.toThrow(NOT_WANTED);
    expect([stuck.hasEnded, alive().length]).toEqual([true, 1]);
    at('/kept').answer({ mountId: 7 });
    expect(await kept).toEqual({ mountId: 7 });
  });

  test('are heard out as long as they do not hang: what is being written is not left behind', async () => {
    const { pool, ask, at, elapse } = createPool();
    ask('/well', '/hanging');
    const [well, hanging] = [pool.ask(look('/well')), pool.ask(look('/hanging'))];
    pool.keepOnly([]);
    at('/well').answer({ mountId: 7 });
    expect(await well).toEqual({ mountId: 7 });
    elapse(SILENT_MS);
    await expect(hanging).rejects.toThrow(NOT_WANTED);
    expect(pool.counts()).toMatchObject({ silent: 0, queued: 0 });
  });

  test('wait for no worker', async () => {
    const { pool, ask } = createPool();
    ask('/1', '/2', '/3', '/4');
    const waiting = pool.ask(look('/gone'));
    pool.keepOnly(['/1', '/2', '/3', '/4']);
    await expect(waiting).rejects.toThrow(NOT_WANTED);
    expect(pool.counts().queued).toBe(0);
  });

  test('are asked like any other once a volume has them again', () => {
    const { pool, ask, at, elapse } = createPool();
    pool.keepOnly([]);
    pool.keepOnly(['/back']);
    ask('/back');
    elapse(SILENT_MS);
    expect(at('/back').hasEnded).toBe(false);
  });
});
