import { defineConfig } from 'vitest/config';

/** What is run in a guest: one slow processor, and storage that takes its time. */
export default defineConfig({
  test: {
    include: ['test/kernels/*.kernel.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate: false,
  },
});
