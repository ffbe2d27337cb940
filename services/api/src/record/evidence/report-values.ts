import { intervalsOf } from '@holdfast/sample-store/aggregate-spans.ts';
import type { ReportValues } from '@holdfast/shared/contracts/http/report-http.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import type { TimeRange } from '../../times/time-range.ts';
import type { DeviceAccount } from '../accounting/account-for-session.ts';
import { configuredPoints } from '../history/configured-points.ts';
import { EvidenceHead, evidenceOf } from './evidence.ts';
import type { EvidenceSources } from './evidence-sources.ts';
import type { Part } from './report.ts';
import { sessionsWithin } from './sessions-within.ts';
import { countsOfPeriods, tickColumns } from './tick-columns.ts';

/** Bounds of one answer: each point and part is a question to the store. */
const [pointsAtMost, cellsAtMost, sessionsAtMost] = [500, 1_500, 500];
const questionsAtOnce = 3;

interface Question {
  readonly sites: GrantedSites;
  readonly time: TimeRange;
  /** In order, without overlap. */
  readonly parts: readonly Part[];
  readonly session?: string | undefined;
  readonly task?: string | undefined;
  readonly site?: string | undefined;
  readonly device?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/**
 * Minimum, mean, maximum and count of each point by part, with the completeness of its device.
 * @throws DatabaseUnavailable, SampleStoreUnavailable, HistoryQueryRefused
 */
export async function reportValues(
  { accounting, samples }: EvidenceSources,
  { sites, time, parts, device, signal, ...filter }: Question,
): Promise<Omit<ReportValues, 'time_zone' | 'parts'>> {
  const { database } = accounting;
  const { rows, leftOut } = await sessionsWithin(database, {
    ...{ ...filter, ...time, sites, limit: sessionsAtMost },
  });
  const head = new EvidenceHead(time);
  const only = device && new Set(device);
  const accounts = new Map<string, DeviceAccount[]>();
  for await (const { devices = [] } of evidenceOf(accounting, rows, time, {
    ...{ only, onBrokerSilent: head.onBrokerSilent },
  })) {
    for (const account of devices) {
      if (only && !only.has(account.device)) continue;
      const all = accounts.get(account.device);
      if (all) all.push(account);
      else accounts.set(account.device, [account]);
    }
  }
  const shares = new Map(
    [...accounts].map(([code, of]) => [
      code,
      countsOfPeriods(tickColumns(of, parts)).map(({ completeness }) => completeness),
    ]),
  );
  const atMost = Math.min(pointsAtMost, Math.max(1, Math.floor(cellsAtMost / parts.length)));
  const devices = [...accounts.keys()];
  const points =
    devices.length === 0
      ? []
      : await configuredPoints(database, { sites, devices }, { limit: atMost + 1, offset: 0 });
  const series = points.flatMap(({ codes, ...point }) => codes.map((pointCode) => ({ ...point, pointCode })));
  const inTurn = fewAtOnce(questionsAtOnce);
  const figuresOf = async (
    { device: deviceCode, measurement, pointCode }: (typeof series)[number],
    index: number,
    { fromMs, toMs }: Part,
  ) => {
    signal.throwIfAborted();
    const [bucket] = await samples.aggregate({
      ...{ pointCode, devices: [{ deviceCode, measurement }], signal, limit: 1 },
      ...(filter.session !== undefined && { sessionId: filter.session }),
      ...intervalsOf({ fromMs, toMs, intervalMs: toMs - fromMs }),
      ...{ start: new Date(fromMs), end: new Date(toMs) },
    });
    const { count = 0, min = null, mean = null, max = null } = bucket ?? {};
    return { count, min, mean, max, completeness: shares.get(deviceCode)?.[index] ?? null };
  };
  const results = await Promise.all(
    series.slice(0, atMost).map(async (point) => ({
      device: point.device,
      point_code: point.pointCode,
      ...{ name: point.name, unit: point.unit },
      by_part: await Promise.all(parts.map((part, index) => inTurn(() => figuresOf(point, index, part)))),
    })),
  );
  return { ...head.view(), results, is_cut: series.length > atMost || leftOut > 0 };
}
