import type { ApplianceAnswer, ApplianceRequest, Dialect } from './dialect.ts';

/** What stands in the place of an appliance's own answer, as far as it is other; nothing: its own. */
export type Change = (own: ApplianceAnswer, request: ApplianceRequest) => Partial<ApplianceAnswer>;

/** A fake that is as before, but for other answers here and there. */
export function otherwise(dialect: Dialect, change: Change): Dialect {
  return {
    ...dialect,
    create() {
      const appliance = dialect.create();
      return {
        ...appliance,
        answer(request, state) {
          const own = appliance.answer(request, state);
          return { ...own, ...change(own, request) };
        },
      };
    },
  };
}
