import type { FirstTick } from '@holdfast/sample-store/sample-store.ts';
import type { OwnershipSpan } from '@holdfast/shared/contracts/http/ownership-http.ts';
import type { TimeRange } from '../../times/time-range.ts';
import { type Evidence, type EvidenceHead, evidenceOf } from './evidence.ts';
import type { EvidenceSources } from './evidence-sources.ts';
import { holdersWithin, ownershipSpans } from './ownership-spans.ts';
import type { RowWithin } from './sessions-within.ts';

/** Evidence together with who held the session. */
export interface EvidenceWithHolders extends Evidence {
  readonly spans: OwnershipSpan[];
  /** Older holders for which there was no room. */
  readonly spansLeftOut: number;
}

/** If a session has more holders, only the newest are shown; its events have the rest. */
const spansAtMost = 500;
const sessionsAtOnce = 100;

/** The same as `evidenceOf`, with holders. @throws DatabaseUnavailable, SampleStoreUnavailable */
export async function* evidenceWithHolders(
  { accounting, samples }: Pick<EvidenceSources, 'accounting' | 'samples'>,
  rows: readonly RowWithin[],
  time: TimeRange,
  head: EvidenceHead,
): AsyncGenerator<EvidenceWithHolders> {
  let some: Evidence[] = [];
  for await (const evidence of evidenceOf(accounting, rows, time, head)) {
    some.push(evidence);
    if (some.length < sessionsAtOnce) continue;
    yield* await withSpans(samples, some, time);
    some = [];
  }
  yield* await withSpans(samples, some, time);
}

/** Adds holders to sessions, whose first ticks are read in one statement. */
async function withSpans(
  samples: EvidenceSources['samples'],
  some: readonly Evidence[],
  { from, to }: TimeRange,
): Promise<EvidenceWithHolders[]> {
  const window = { fromMs: from.getTime(), toMs: to.getTime() };
  const withHolders = some.map((evidence) => {
    const all = holdersWithin(evidence.past.holders, window);
    return { evidence, holders: all.slice(-spansAtMost), leftOut: Math.max(0, all.length - spansAtMost) };
  });
  const ticks = await samples.firstTicks(
    withHolders.flatMap(({ evidence: { row, devices = [] }, holders: [first] }) =>
      first ? devices.map(({ device }) => ({ session: row.session_id, device, epoch: first.epoch - 1 })) : [],
    ),
  );
  const bySession: ReadonlyMap<string, readonly FirstTick[]> = Map.groupBy(ticks, ({ session }) => session);
  return withHolders.map(({ evidence, holders, leftOut }) => {
    const { row, devices = [] } = evidence;
    const firstTicks = bySession.get(row.session_id) ?? [];
    return {
      ...evidence,
      spans: ownershipSpans(holders, { ...window, devices, firstTicks }),
      spansLeftOut: leftOut,
    };
  });
}
