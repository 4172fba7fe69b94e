import { nextReceived, type Received } from '../../manager/received.ts';
import type { ReceivedReport } from '../../schema/health-report.ts';

/** What is known after one poll that brought this report. */
export function received({
  askedMonoMs = 0,
  ...said
}: Partial<ReceivedReport> & { readonly askedMonoMs?: number }): Received {
  const report = { version: '1', epoch: 'e', seq: 1, mono_ms: 0, volumes: new Map(), ...said };
  const arrival = { isPoll: true, generation: 1, askedMonoMs, readMonoMs: askedMonoMs };
  const { received: known } = nextReceived(null, { message: { type: 'report', report }, ...arrival });
  if (known === null) throw new Error('a first report is always taken');
  return known;
}
