import type { PlantedBug } from './faults/planted-bugs.ts';
import { runSchedule, type ScheduleOutcome } from './run-schedule.ts';

export interface SchedulesReport {
  readonly runs: number;
  readonly events: number;
  readonly simulatedMs: number;
  readonly seconds: number;
  /** This process's own computing time: comparable on a busy machine. */
  readonly cpuSeconds: number;
  readonly reached: ReadonlyMap<string, number>;
  readonly violations: readonly ScheduleOutcome[];
}

/**
 * Runs one seed after another, without stacks of errors: schedules abort waits all the time, and to note where takes a
 * quarter of the whole time. `runSchedule` has them.
 */
export async function runSchedules(options: {
  readonly firstSeed: number;
  readonly runs: number;
  readonly bugs?: readonly PlantedBug[];
  readonly stopAtViolation?: boolean;
}): Promise<SchedulesReport> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await runEach(options);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function runEach({
  firstSeed,
  runs,
  bugs = [],
  stopAtViolation = true,
}: Parameters<typeof runSchedules>[0]): Promise<SchedulesReport> {
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const reached = new Map<string, number>();
  const violations: ScheduleOutcome[] = [];
  let done = 0;
  let events = 0;
  let simulatedMs = 0;
  while (done < runs) {
    const outcome = await runSchedule(firstSeed + done, bugs);
    done += 1;
    events += outcome.events;
    simulatedMs += outcome.simulatedMs;
    for (const [state, count] of outcome.reached) reached.set(state, (reached.get(state) ?? 0) + count);
    if (!outcome.violation) continue;
    violations.push(outcome);
    if (stopAtViolation) break;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  return { runs: done, events, simulatedMs, seconds, cpuSeconds, reached, violations };
}
