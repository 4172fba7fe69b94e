/** What must hold in a simulated world at every step; the last two, once nothing has happened for a while, and at its end. */
export const INVARIANTS = {
  fresh: 'no verdict is shown as current that is older than its stale_after',
  evidenced: 'what is shown is what the storage has said, and nothing is healthy without a pass in evidence',
  forward: 'nothing that was shown is overtaken by something older',
  masked: 'volumes of a proxy that does not answer are unknown, and one that is gone is found out in time',
  isolated: 'a proxy that nothing troubles is healthy, and so is what is said of its volumes',
  ordered: 'within an epoch no count goes back',
  told: 'what a subscriber was told adds up to what a query answers',
  explained: 'each outage has one event that explains all it does, and each event begins where the last one ended',
  alike: 'all surfaces say the same at the same instant',
  bounded: 'calls, connections, timers and memory stay within their bounds',
  due: 'whatever is due is asked',
  sound: 'no error is thrown that nobody takes',
  agreed: 'after two quiet intervals the manager, its proxies and their storages agree, and everybody is connected',
  released: 'nothing is left when everything has ended',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** Something did not hold that must. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: Invariant;
  constructor(invariant: Invariant, message: string, options?: ErrorOptions) {
    super(message, options);
    this.invariant = invariant;
  }
}
