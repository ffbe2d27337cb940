import { findSimulators } from '@holdfast/plant/find-simulators.ts';
import { describe, expect, it } from 'vitest';
import { allFaults } from '../faults/faults/all-faults.ts';
import { runFaults } from '../faults/run-faults.ts';
import type { ForgerInWorld } from '../faults/world.ts';
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
it('every invariant holds for sessions that were started, stopped and hurt at random, with a forger among the collectors', async () => {
  const lines: string[] = [];
  const { faults, failures, verdict } = await runFaults({
    seed: 7,
    minutes: 0.5,
    faults: allFaults.filter(({ name }) => names.includes(name)),
    folder: await temporaryFolder('faults'),
    pace: { minPauseMs: 1_000, maxPauseMs: 3_000 },
    tasks: 5,
    devicesPerTask: 2,
    forger: { pauseMs: 600 },
    say: (line) => lines.push(line),
  });
  expect(failures, lines.join('\n')).toEqual([]);
  expect(verdict.violations, lines.join('\n')).toEqual([]);
  expect(verdict.tooLittle).toEqual([]);
  expect(Object.keys(faults).toSorted()).toEqual(names.toSorted());
});

const ofDevices = [
  'device-trouble',
  'collector-kill',
  'collector-sigterm',
  'collector-cut-off',
  'nats-kill',
  'writer-kill',
];

const otherThanModbus = (await findSimulators())
  .filter(({ protocols }) => !protocols.includes('modbus_tcp'))
  .map((simulator) => [simulator.protocols.join(), simulator] as const);

it.each(otherThanModbus)(
  'every invariant holds for devices of %s in trouble, next to processes in trouble',
  async (_, simulator) => {
    const lines: string[] = [];
    const { faults, failures, verdict } = await runFaults({
      ...{ seed: 6, minutes: 0.3, tasks: 4, devicesPerTask: 2, steadyTasks: 2, simulator },
      faults: allFaults.filter(({ name }) => ofDevices.includes(name)),
      folder: await temporaryFolder('faults'),
      pace: { minPauseMs: 500, maxPauseMs: 1_500 },
      say: (line) => lines.push(line),
    });
    expect(failures, lines.join('\n')).toEqual([]);
    expect(verdict.violations, lines.join('\n')).toEqual([]);
    expect(verdict.ticks.stored, lines.join('\n')).toBeGreaterThan(0);
    expect(faults['device-trouble'], lines.join('\n')).toBeGreaterThan(0);
  },
);

describe('a forger among the collectors', () => {
  const run = async (forger: ForgerInWorld) => {
    const lines: string[] = [];
    const ran = await runFaults({
      ...{ seed: 11, minutes: 0.5, faults: [], tasks: 5, devicesPerTask: 2, steadyTasks: 4, forger },
      folder: await temporaryFolder('forger'),
      say: (line) => lines.push(line),
    });
    return { ...ran, output: lines.join('\n') };
  };

  it('has all that it says in quarantine, and nothing in the store or in the accounts', async () => {
    const { failures, verdict, output } = await run({ pauseMs: 600 });
    expect(failures, output).toEqual([]);
    expect(verdict.violations, output).toEqual([]);
    expect(verdict.counts.forged).toBeGreaterThan(20);
  });

  it('is seen in everything where all are in one account and no writer looks at the log', async () => {
    const { verdict, output } = await run({ pauseMs: 600, isLetThrough: true });
    const invariants = new Set(verdict.violations.map(({ invariant }) => invariant));
    expect([...invariants], output).toEqual(expect.arrayContaining(['I6', 'I7', 'I8']));
  });
});
