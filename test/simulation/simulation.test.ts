import { describe, expect, it } from 'vitest';
import { describeOutcome } from './describe-outcome.ts';
import { type PlantedBug, plantedBugs } from './faults/planted-bugs.ts';
import { runSchedule } from './run-schedule.ts';
import { runSchedules } from './run-schedules.ts';

/** Where each planted bug is looked for, and what must give it away. */
const giveaways: Record<PlantedBug, { readonly firstSeed: number; readonly sign: RegExp }> = {
  deadline_from_ack: { firstSeed: 62, sign: /^I[56]: / },
  no_truth_check: { firstSeed: 12, sign: /^I5: / },
  publish_before_append: { firstSeed: 1, sign: /^4\.3: / },
  leases_in_memory: { firstSeed: 114, sign: /^I5: / },
  no_lease_check: { firstSeed: 33, sign: /^I6: / },
  no_expected_sequence: { firstSeed: 1, sign: /^I2: / },
  impatient_judge: { firstSeed: 1, sign: /^I5: / },
  no_fence: { firstSeed: 4_698, sign: /^I5: / },
  late_readings_taken: { firstSeed: 1_016, sign: /^I6: .* is stored/ },
  late_readings_lost: { firstSeed: 1, sign: /^I6: .* is thrown away/ },
  changes_on_arrival: { firstSeed: 19, sign: /^C1: .* not in force/ },
  version_of_message: { firstSeed: 19, sign: /^C1: / },
  change_ends_placement: { firstSeed: 17, sign: /^I4: / },
  untouched_read_anew: { firstSeed: 37, sign: /^C2: / },
  ticks_by_number: { firstSeed: 1_283, sign: /^I6: .* is (?:stored|thrown away)/ },
  samples_believed: { firstSeed: 1, sign: /^I6: .* X made up, is stored/ },
};

describe('processes, clocks and a broker that fail in every way', () => {
  it('leave each session with one owner, the log legal, and everything as the log says once faults end', async () => {
    const report = await runSchedules({ firstSeed: 1, runs: 60 });
    expect(describeOutcome(report.violations[0])).toBe('');
    expect(report.reached.get('failover')).toBeGreaterThan(0);
    expect(report.reached.get('reconfigured: requested')).toBeGreaterThan(20);
    expect(report.reached.get('reconfigured: rolled_back')).toBeGreaterThan(0);
    expect(report.reached.get('reconfigured without touching the device')).toBeGreaterThan(0);
  });

  it('fail in the same way again under the same seed', async () => {
    for (const seed of [3, 33, 198]) {
      const first = await runSchedule(seed);
      const second = await runSchedule(seed);
      expect(second.history(100_000)).toEqual(first.history(100_000));
    }
  });
});

describe('a planted bug', () => {
  it.each(plantedBugs)('is found: %s', async (bug) => {
    const { firstSeed, sign } = giveaways[bug];
    const { violations } = await runSchedules({ firstSeed, runs: 3_000, bugs: [bug] });
    expect(violations[0]?.violation).toMatch(sign);
  });
});
