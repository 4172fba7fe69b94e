import { flushCompileCache } from 'node:module';
import { lookAt } from './child/look.ts';
import { lookForMarker, putMarker } from './child/marker.ts';
import { testWrite } from './child/write-test.ts';
import type { MountAnswer, MountQuestion, MountStep } from './mount-question.ts';

// The worker process that asks mounts: forked, never imported. It is sent one question at a time and answers with the
// name of each step before it makes it, then with the evidence. Every call is asynchronous: the event loop never hangs.

const ACTS = { look: lookAt, marker: lookForMarker, write: testWrite, mark: putMarker } as const;

// `process.exit` waits for calls that are parked in the kernel; a signal does not, and takes along what was started.
for (const end of ['disconnect', 'uncaughtException']) {
  process.on(end, () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'));
}
// A supervisor may signal every process of the service; when it ends is for the service to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.on('message', (question: MountQuestion) => void answer(question).then(tell));
tell('ready');
// Whoever starts the next worker, it need not compile this again; a signal would end us before that is kept.
flushCompileCache();

function answer(question: MountQuestion): Promise<MountAnswer> {
  const act = ACTS[question.act] as (question: MountQuestion, begin: (step: MountStep) => void) => Promise<MountAnswer>;
  return act(question, tell);
}

function tell(message: 'ready' | MountStep | MountAnswer): void {
  process.send?.(message);
}
