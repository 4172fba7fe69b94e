import { ObserverHealth } from '../../schema/observer-health.ts';
import { builder, zod } from './builder.ts';

export const ObserverHealthType = zod.objectType(ObserverHealth);

builder.queryField('observerHealth', (t) =>
  t.field({
    type: ObserverHealthType,
    description: 'What the manager says of itself: beside the health of proxies and volumes, never instead of it.',
    resolve: (_root, _args, { observer }) => observer(),
  }),
);
