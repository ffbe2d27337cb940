import { expect, it } from 'vitest';
import { allFaults } from '../faults/faults/all-faults.ts';
import { runFaults } from '../faults/run-faults.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const names = [
  'collector-kill',
  'collector-sigterm',
  'collector-sigstop',
  'collector-cut-off',
  'leader-sigstop',
  'supervisor-kill',
  'writer-kill',
  'nats-kill',
  'postgres-kill',
  'samples-replay',
];

// The long runs, with every fault, are `npm run test:faults`.
it('every invariant holds for sessions that were started, stopped and hurt at random', async () => {
  const said: string[] = [];
  const { faults, failures, verdict } = await runFaults({
    seed: 7,
    minutes: 0.5,
    faults: allFaults.filter(({ name }) => names.includes(name)),
    folder: await temporaryFolder('faults'),
    pace: { minPauseMs: 1_000, maxPauseMs: 3_000 },
    tasks: 5,
    devicesPerTask: 2,
    say: (line) => said.push(line),
  });
  expect(failures, said.join('\n')).toEqual([]);
  expect(verdict.violations, said.join('\n')).toEqual([]);
  expect(verdict.tooLittle).toEqual([]);
  expect(Object.keys(faults).toSorted()).toEqual(names.toSorted());
});
