/** The latest events of many subjects, bounded for each and in all. */
export interface History<E> {
  readonly add: (subject: string, event: E) => void;
  /** The latest `last` events of a subject, the oldest first. */
  readonly of: (subject: string, last: number) => readonly E[];
}

export interface HistoryLimits {
  readonly perSubject: number;
  readonly total: number;
}

/** Whoever is over a limit loses the oldest: of the subject, or of all. */
export function createHistory<E>({ perSubject, total }: HistoryLimits): History<E> {
  const ring: { readonly subject: string; readonly event: E }[] = [];
  const bySubject = new Map<string, E[]>();
  let added = 0;

  return {
    add(subject, event) {
      forget(ring[added % total]);
      ring[added % total] = { subject, event };
      added += 1;
      const events = bySubject.get(subject) ?? [];
      bySubject.set(subject, events);
      if (events.push(event) > perSubject) events.shift();
    },
    of: (subject, last) => bySubject.get(subject)?.slice(-last) ?? [],
  };

  /** It may be gone already, where its subject had too many. */
  function forget(oldest: (typeof ring)[number] | undefined): void {
    if (oldest === undefined) return;
    const { subject, event } = oldest;
    const events = bySubject.get(subject);
    if (events?.[0] !== event) return;
    events.shift();
    if (events.length === 0) bySubject.delete(subject);
  }
}
