import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['{packages,services,simulators,dev,test,bench}/**/*.test.ts'],
    // Fault tests take long and load the machine; they have a run of their own.
    // So do short runs of the benchmarks of whole fleets, and a cluster that forms: vitest.benches.config.ts.
    exclude: [
      '**/node_modules/**',
      'test/faults/**',
      'test/bench/{fleet,polled}-benches.test.ts',
      'test/cluster/**',
    ],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Processes, not threads: tests send signals, and children are bound to the life of the thread that started them.
    pool: 'forks',
    // Every file may start servers of its own: more files at once would make them slow, not the run fast.
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});
