import { defineConfig, mergeConfig } from 'vitest/config';
import everyday from './vitest.config.ts';

/** `npm run -s test:benches`: each benchmark, run small, so that none of them rots, a NATS cluster, and outages that take minutes. */
export default defineConfig({
  test: {
    ...mergeConfig(everyday, {}).test,
    include: [
      'test/bench/*.test.ts',
      'test/cluster/*.test.ts',
      'test/outages/{slow-database,dropped-after-the-end,dropped-unseen}.test.ts',
    ],
    exclude: ['**/node_modules/**'],
    maxWorkers: 1,
  },
});
