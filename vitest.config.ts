import { defineConfig } from 'vitest/config';

const TIMEOUTS = { testTimeout: 20_000, hookTimeout: 20_000 };
/** Takes all processors for minutes. */
const RINGS = 'test/simulation/rings.test.ts';

export default defineConfig({
  test: {
    projects: [
      { test: { ...TIMEOUTS, name: 'parts', include: ['test/**/*.test.ts'], exclude: ['test/storage/**', RINGS] } },
      {
        test: {
          ...TIMEOUTS,
          name: 'storage',
          include: ['test/storage/**/*.test.ts'],
          // Real storage in real time: one after the other, and when nothing else keeps the machine busy.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'simulation',
          include: [RINGS],
          testTimeout: 1_200_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
