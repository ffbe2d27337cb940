import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/support/longest-first.ts';

// Tests start some hundred services, each of which would compile the same files anew: half of what a start costs. Set
// here, and not as `test.env`, so that vitest's own processes have it from their beginning.
// biome-ignore lint/style/noProcessEnv: what every process of the run inherits
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled-for-tests');

export default defineConfig({
  test: {
    environment: 'node',
    include: ['{packages,services,simulators,dev,test,bench}/**/*.test.ts'],
    // Fault tests take long and load the machine; they have a run of their own.
    // So do short runs of all benchmarks but one, a cluster that forms, a slow database and
    // processes that end while SAMPLES drops: vitest.benches.config.ts.
    exclude: [
      '**/node_modules/**',
      'test/faults/**',
      'test/bench/{api,modbus-clients,outage,publish}-bench.test.ts',
      'test/bench/{fleet,polled}-benches.test.ts',
      'test/cluster/**',
      'test/outages/{slow-database,dropped-after-the-end,dropped-unseen}.test.ts',
    ],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Processes, not threads: tests send signals, and children are bound to the life of the thread that started them.
    pool: 'forks',
    // The longest files wait, for leases and for servers that they hurt, more than half of their time: with as many
    // workers as cores half of the machine would be idle. More than a few share its disk and PostgreSQL for nothing.
    maxWorkers: Math.min(availableParallelism() + 1, 4),
    sequence: { sequencer: LongestFirst },
    // As patient as `eventually`: vitest's own second is over when a process gets no core for so long.
    expect: { poll: { timeout: 20_000, interval: 25 } },
    testTimeout: 90_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});
