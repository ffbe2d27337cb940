import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { expect, it } from 'vitest';
import { whyNoHosts } from '../cluster-trial/namespaces.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';

const trial = join(import.meta.dirname, '..', 'cluster-trial', 'main.ts');
const noHosts = whyNoHosts();
// biome-ignore lint/style/noProcessEnv: set by every CI, where the trial says that it cannot run, and is red
const isLeftOut = noHosts !== undefined && process.env.CI !== 'true';

// `npm run test:cluster` runs all faults.
it.skipIf(isLeftOut)(
  'a cluster that is hurt and healed goes on by itself, with nothing lost or doubled',
  async () => {
    const running = await startProcess({
      name: 'trial',
      command: process.execPath,
      // Machines that run all slow tests are busy.
      args: [trial, '--short', '--patience', '3', '--json'],
    });
    cleanUpAfterFile(() => running.stop());
    await running.exited;
    const lines = running.lastLines(100);
    // A trial that fails says behind its summary where the logs are.
    const summary = JSON.parse(lines.findLast((line) => line.startsWith('{')) ?? '{}') as {
      violations?: string[];
      costs?: unknown[];
    };
    // CI shows the beginning of a message.
    expect(summary.violations, [...(summary.violations ?? []), ...lines].join('\n')).toEqual([]);
    expect(summary.costs).not.toEqual([]);
  },
  30 * 60_000,
);
