import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { pathOfTests } from './dev/setup/nats-server/path-of-tests.mjs';
import LongestFirst from './test/support/longest-first.ts';

// Tests start some hundred services, each of which would compile the same files again: half of what a start costs. Set
// here, and not as `test.env`, so that vitest's own processes have it from their beginning.
// biome-ignore lint/style/noProcessEnv: what every process of the run inherits
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled-for-tests');

// biome-ignore lint/style/noProcessEnv: the same
process.env.PATH = pathOfTests();

const everywhere = '{packages,drivers,services,simulators,dev,test,bench}/**';
/** A test file's name says what it needs: nothing, real servers, our own processes, or minutes. */
const kinds = ['servers', 'processes', 'slow'] as const;
const filesOf = (kind: (typeof kinds)[number]) => `${everywhere}/*.${kind}.test.ts`;
// Files spend much of their time waiting, for leases and for servers that they hurt: with as many workers as cores half
// of the machine would be idle. Many more would fight over its disk and PostgreSQL; slow files start whole fleets.
const workers = Math.min(availableParallelism() + 3, 6);
const workersOfSlow = Math.min(availableParallelism() + 1, 4);

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // As patient as `eventually`: vitest's own second may pass while a process gets no core.
    expect: { poll: { timeout: 120_000, interval: 25 } },
    testTimeout: 300_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    maxWorkers: workers,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'core',
          include: [`${everywhere}/*.test.ts`],
          exclude: ['**/node_modules/**', ...kinds.map(filesOf)],
          globalSetup: [],
          pool: 'threads',
          // These tests keep no state in modules, so a worker loads each module once.
          isolate: false,
        },
      },
      ...kinds.map((kind) => ({
        extends: true as const,
        test: {
          name: kind,
          include: [filesOf(kind)],
          exclude: ['**/node_modules/**'],
          setupFiles: ['test/support/setup.ts'],
          // Processes, not threads: tests send signals, and children are bound to the life of the thread that started them.
          pool: 'forks' as const,
          // A file leaves nothing behind, which setup.ts sees to, so the next one may use its modules.
          isolate: kind === 'slow',
          // Slow files have another number of workers, so they are a group of their own, which runs after the others.
          ...(kind === 'slow' && { maxWorkers: workersOfSlow, sequence: { groupOrder: 1 } }),
        },
      })),
    ],
  },
});
