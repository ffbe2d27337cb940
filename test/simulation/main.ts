// Runs seeded schedules: `node test/simulation/main.ts --seed 1 --runs 5000`. A violation prints its seed and what
// happened before it; `--seed S --show --history 2000` prints that again. `--bug NAME` plants a bug.
import { parseArgs } from 'node:util';
import { type PlantedBug, plantedBugs } from './faults/planted-bugs.ts';
import { runSchedule } from './run-schedule.ts';
import { runSchedules } from './run-schedules.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1000' },
    bug: { type: 'string', multiple: true, default: [] },
    history: { type: 'string', default: '120' },
    /** Prints the whole history of the one seed, whatever came of it. */
    show: { type: 'boolean', default: false },
    /** Goes on after a violation and counts them. */
    all: { type: 'boolean', default: false },
  },
});

const bugs = values.bug.map((name): PlantedBug => {
  const bug = plantedBugs.find((candidate) => candidate === name);
  if (!bug) throw new Error(`--bug ${name}: one of ${plantedBugs.join(', ')}`);
  return bug;
});

if (values.show) {
  const outcome = await runSchedule(Number(values.seed), bugs);
  console.log(outcome.history(Number(values.history)).join('\n'));
} else {
  const report = await runSchedules({
    firstSeed: Number(values.seed),
    runs: Number(values.runs),
    bugs,
    stopAtViolation: !values.all,
  });
  for (const [state, count] of [...report.reached].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${String(count).padStart(9)}  ${state}`);
  }
  console.log(
    `${report.runs} schedules (seeds from ${values.seed}), ${report.events} events, ${(report.simulatedMs / 3_600_000).toFixed(1)} simulated hours in ${report.seconds.toFixed(1)} s: ${Math.round((report.runs / report.seconds) * 60)} schedules a minute, ${Math.round((report.runs / report.cpuSeconds) * 60)} a minute of computing time`,
  );
  const [first] = report.violations;
  if (first) {
    console.log(
      `\nseed ${first.seed}: ${first.violation}\n${first.history(Number(values.history)).join('\n')}`,
    );
    for (const { seed, violation } of report.violations) console.log(`seed ${seed}: ${violation}`);
    console.log(
      `\n${report.violations.length} violations. Again: test/simulation/main.ts --seed ${first.seed} --show`,
    );
    process.exitCode = 1;
  }
}
