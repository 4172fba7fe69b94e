/** `Date`, with another now. Its dates are those of the original, whoever made them. */
export function simulatedDate(nowMs: () => number): DateConstructor {
  const Original = Date;
  function SimulatedDate(...args: readonly unknown[]): Date | string {
    if (new.target === undefined) return new Original(nowMs()).toString();
    return Reflect.construct(Original, args.length === 0 ? [nowMs()] : args, new.target) as Date;
  }
  Object.setPrototypeOf(SimulatedDate, Original);
  return Object.assign(SimulatedDate, { prototype: Original.prototype, now: nowMs }) as unknown as DateConstructor;
}
