import type { History, Violation } from '../history.ts';
import { idleIntervals, isRunningAtTheEnd, legsOf, sessionHistories } from '../session-histories.ts';
import type { Tolerances } from '../tolerances.ts';

/**
 * I4 and I5 on the samples: a session that was paused or is over has no tick from after that; every session that
 * runs at the end has a recent sample or miss of every device.
 */
export function activity(
  history: History,
  { stopMs, freshMs }: Pick<Tolerances, 'stopMs' | 'freshMs'>,
): Violation[] {
  const sessions = sessionHistories(history);
  const violations: Violation[] = [];
  const idle = new Map([...sessions].map(([id, { lifecycle }]) => [id, idleIntervals(lifecycle)]));
  const newest = new Map<string, number>();
  const reported = new Set<string>();
  for (const { sample, sequence } of history.samples) {
    const { session, device, period_ms: periodMs } = sample;
    const intervals = idle.get(session);
    if (!intervals) {
      report(session, 'I5', `SAMPLES ${sequence}: a sample of a session that the log does not know`);
      continue;
    }
    const lastTick = sample.through_tick ?? sample.tick;
    const key = `${session}/${device}`;
    newest.set(key, Math.max(newest.get(key) ?? 0, lastTick * periodMs));
    for (const { fromMs, toMs, sequence: endedBy, type } of intervals) {
      // The first tick after a resumption began before it.
      const isAfter = lastTick * periodMs > fromMs + stopMs && sample.tick * periodMs + periodMs <= toMs;
      if (isAfter) {
        const late = Math.round(lastTick * periodMs - fromMs);
        report(
          `${session}/${device}/${endedBy}`,
          'I5',
          `SAMPLES ${sequence}: tick ${lastTick} is ${late} ms after ${type} (${endedBy}); epoch ${sample.epoch}`,
        );
      }
    }
  }
  for (const session of sessions.values()) {
    if (!isRunningAtTheEnd(session)) continue;
    const config = history.configs.get(`${session.taskId}/${legsOf(session).at(-1)?.configVersion}`);
    for (const { code: device, periodMs } of config?.devices ?? []) {
      const at = newest.get(`${session.sessionId}/${device}`);
      const ageMs = history.readAtMs - (at ?? 0);
      const startedAtMs = session.lifecycle.at(-1)?.storedAtMs ?? 0;
      if (history.readAtMs - startedAtMs <= freshMs || ageMs <= freshMs + periodMs) continue;
      const last = at === undefined ? 'never had a sample' : `had its last tick ${Math.round(ageMs)} ms ago`;
      report(`${session.sessionId}/${device}`, 'I4', `the session runs, but the device ${last}`, {
        mayPass: true,
      });
    }
  }
  return violations;

  /** Reports once for each subject: a session that is polled on and on would fill pages. */
  function report(
    subject: string,
    invariant: 'I4' | 'I5',
    what: string,
    more: Pick<Violation, 'mayPass'> = {},
  ): void {
    if (reported.has(subject)) return;
    reported.add(subject);
    violations.push({ invariant, subject, what, ...more });
  }
}
