import { trial } from '@holdfast/driver-modbus-simulator/simulator.ts';
import { describe, expect, it } from 'vitest';
import type { WorldShape } from '../faults/fault.ts';
import { allFaults } from '../faults/faults/all-faults.ts';
import { type PlannedFault, planFaults } from '../faults/plan.ts';
import { Random } from '../world/random.ts';

const shape: WorldShape = {
  alarms: ['alarms-1', 'alarms-2'],
  apis: ['api-1'],
  supervisors: ['supervisor-1', 'supervisor-2'],
  collectors: ['collector-1', 'collector-2', 'collector-3'],
  writers: ['writer-1', 'writer-2'],
  steadyDevices: ['press-1-1', 'press-1-2'],
  leaseTtlMs: 3_000,
  troubles: trial.troubles,
};
const planOf = (seed: number, minutes: number) =>
  planFaults({
    faults: allFaults,
    durationMs: minutes * 60_000,
    random: new Random(seed),
    shape,
    pace: { minPauseMs: 1_500, maxPauseMs: 5_000 },
  });
const namesOf = (planned: readonly PlannedFault[]) =>
  planned.map(({ name, what, atMs }) => `${atMs} ${name}: ${what}`);

describe('the plan of a run', () => {
  it('is the same for the same seed and another one for another seed', () => {
    expect(namesOf(planOf(1, 5))).toEqual(namesOf(planOf(1, 5)));
    expect(namesOf(planOf(1, 5))).not.toEqual(namesOf(planOf(2, 5)));
  });

  it('has every fault in a run of ten minutes, whatever the seed', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const planned = new Set(planOf(seed, 10).map(({ name }) => name));
      expect([...planned].toSorted()).toEqual(allFaults.map(({ name }) => name).toSorted());
    }
  });

  it('lets faults overlap, but never on the same target', () => {
    const planned = planOf(3, 10);
    let overlaps = 0;
    for (const [index, fault] of planned.entries()) {
      for (const later of planned.slice(index + 1)) {
        if (later.atMs >= fault.atMs + fault.takesMs) continue;
        overlaps += 1;
        expect(later.targets.filter((target) => fault.targets.includes(target))).toEqual([]);
      }
    }
    expect(overlaps).toBeGreaterThan(20);
  });
});
