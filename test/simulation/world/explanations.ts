import type { Transition } from '../../../manager/announcer.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import { Violation } from './violation.ts';

/** Holds the events of one run of a manager against each other. */
export interface Explanations {
  readonly take: (transition: Transition) => void;
  /** Whether the last event of a volume says how it is now. */
  readonly compare: (host: string, now: VolumeHealth | null) => void;
}

interface Last {
  readonly id: string;
  readonly current: string;
  readonly reason: string;
  readonly stateType: string;
}

export function createExplanations(fail: (violation: Violation) => void): Explanations {
  const last = new Map<string, Last>();
  /** The event of each proxy, and of the manager itself (''), that last changed its status. */
  const outages = new Map<string, { readonly id: string; readonly current: string }>();
  let lastId = 0;
  const wrong = (message: string): void => fail(new Violation('explained', message));

  return {
    take({ of, event }) {
      if (Number(event.id) <= lastId) wrong(`event ${event.id} follows event ${lastId}`);
      lastId = Number(event.id);
      const { subject, data } = event;
      const before = last.get(subject);
      if (of !== 'observer' && before !== undefined && data.previous !== before.current) {
        wrong(
          `event ${event.id} of ${subject} begins at ${data.previous}, the one before it ended at ${before.current}`,
        );
      }
      if (of === 'observer') {
        outages.set('', { id: event.id, current: event.data.current });
        return;
      }
      if (of === 'proxy') {
        if (outages.get(subject)?.current === data.current && data.previous !== data.current) {
          wrong(`${subject} becomes ${data.current} twice, by events ${outages.get(subject)?.id} and ${event.id}`);
        }
        if (data.previous !== data.current) outages.set(subject, { id: event.id, current: data.current });
      }
      if (of === 'volume') explain(event);
      const { current, reason, state_type: stateType } = event.data;
      last.set(subject, { id: event.id, current, reason, stateType });
    },
    compare(host, now) {
      const told = last.get(host);
      if (told === undefined || now?.reason === 'NOT_CHECKED') return;
      const isSame =
        now === null
          ? told.current === 'unknown'
          : told.current === now.status &&
            told.reason === now.reason &&
            (now.status === 'unknown' || told.stateType === now.state_type);
      if (isSame) return;
      const is = now === null ? 'not known' : `${now.status} ${now.reason} ${now.state_type}`;
      wrong(`${host} is ${is}, its last event (${told.id}) says ${told.current} ${told.reason} ${told.stateType}`);
    },
  };

  function explain({ id, subject, data }: Extract<Transition, { of: 'volume' }>['event']): void {
    const { reason, proxy_name: proxy, caused_by: cause } = data;
    const by =
      reason === 'PROXY_UNREACHABLE' ? outages.get(proxy) : reason.startsWith('OBSERVER_') ? outages.get('') : null;
    if (by === null) return;
    if (by === undefined || cause !== by.id) {
      wrong(`event ${id} of ${subject} (${reason}) is said to be caused by ${cause}, not by ${by?.id ?? 'anything'}`);
    } else if (by.current === 'healthy' || by.current === 'ok') {
      wrong(`event ${id} of ${subject} (${reason}) is said to be caused by ${by.id}, which is a recovery`);
    }
  }
}
