import { versionAt } from '@holdfast/shared/domain/session/config-legs.ts';
import type { History, RecordedSample, Violation } from '../history.ts';
import { legsOf, type SessionHistory, sessionHistories } from '../session-histories.ts';
import type { Tolerances } from '../tolerances.ts';

/**
 * C1: values are read by the version of the configuration that was in force at their scheduled time, or by one under which their
 * device is the same. No collector may read by a version before its time; a holder that is cut off reads by the former one until its
 * lease is over.
 */
export function versions(history: History, { stopMs }: Pick<Tolerances, 'stopMs'>): Violation[] {
  const sessions = [...sessionHistories(history).values()].filter(({ lifecycle }) =>
    lifecycle.some(({ event }) => event.type === 'session.reconfigured'),
  );
  const judges = new Map(
    sessions.map((session) => [session.sessionId, judgeOf(session, history.configs, stopMs)]),
  );
  // A part that a subscribed device publishes before its tick is over belongs to that tick.
  const readings = [
    ...history.samples.filter(({ sample }) => sample.values),
    ...(history.changeSamples ?? []),
  ];
  return readings.flatMap((recorded): Violation[] => {
    const { sample, sequence } = recorded;
    const problem = judges.get(sample.session)?.(recorded);
    if (!problem) return [];
    const what = `SAMPLES ${sequence}, tick ${sample.tick}: ${problem}`;
    return [{ invariant: 'C1', subject: `${sample.session}/${sample.device}`, what }];
  });
}

function judgeOf(
  session: SessionHistory,
  configs: History['configs'],
  stopMs: number,
): (recorded: RecordedSample) => string | undefined {
  const legs = legsOf(session);
  const placed = new Map(
    session.placements.flatMap(({ sequence, event }) =>
      event.type === 'session.assigned' ? [[sequence, event.configVersion] as const] : [],
    ),
  );
  const events = new Map(session.lifecycle.map((event) => [event.sequence, event]));
  const readingOf = (version: number | undefined, code: string) =>
    configs.get(`${session.taskId}/${version}`)?.devices.find((device) => device.code === code)?.reading;

  return ({ sample }) => {
    const { device, tick, period_ms: periodMs, read_at: readAtMs } = sample;
    const version = sample.config_version ?? placed.get(sample.epoch);
    const timeMs = tick * periodMs;
    const versionInForce = versionAt(legs, timeMs);
    if (version === versionInForce) return undefined;
    const reading = readingOf(version, device);
    if (reading !== undefined && reading === readingOf(versionInForce, device)) return undefined;
    const words = `read by version ${version}, while ${versionInForce} was in force`;
    const wasInForce = legs.some((leg) => leg.configVersion === version && leg.fromMs <= timeMs);
    if (!wasInForce) {
      // A tick under way when a session goes on is read by the version that it goes on with.
      const under = legs.find(({ fromMs }) => fromMs > timeMs && fromMs < timeMs + periodMs);
      const change = under?.sequence === undefined ? undefined : events.get(under.sequence)?.event;
      const isUnderWay = change?.type === 'session.reconfigured' && change.status === 'paused';
      return isUnderWay && under?.configVersion === version ? undefined : `${words}: too early, or never its`;
    }
    const leg = legs.findLast(({ fromMs }) => fromMs <= timeMs);
    const toldMs = (leg?.sequence === undefined ? undefined : events.get(leg.sequence)?.storedAtMs) ?? 0;
    return readAtMs > toldMs + stopMs ? `${words}, ${readAtMs - toldMs} ms after that was told` : undefined;
  };
}
