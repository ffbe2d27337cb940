import { FirstTicks } from '../first-ticks.ts';
import type { SampleStore, StorableSample, WriteOutcome } from '../sample-store.ts';
import { SentTicks } from '../sent-ticks.ts';
import { accountsForTick, outcomeOfSample, tickEntry } from '../tick-coverage.ts';
import { noteEpochStarts, readEpochStarts } from './epoch-start-table.ts';
import { noteFirstTicks, readFirstTicks } from './first-tick-table.ts';
import { forgetEpochs } from './forget-epochs.ts';
import { LackingBook } from './lacking-tables.ts';
import { openPostgres } from './open-postgres.ts';
import { rejectionReason, unavailable } from './postgres-errors.ts';
import { recordTicks, ticksOnRecord } from './tick-coverage-table.ts';

/**
 * Adds to a store that keeps only values what PostgreSQL keeps in addition: the outcome of each tick, and where each
 * epoch began. Samples that are `written` are recorded too. When only the recording failed, the values are written
 * again, which changes nothing.
 *
 * A sample marked as overtaken is not written where its tick is already recorded as stored: such a store may not be
 * able to keep the newer value, nor to say whether it has one.
 */
export function recordedInPostgres(
  store: SampleStore,
  options: { readonly databaseUrl: string },
): SampleStore {
  const db = openPostgres<unknown>({ databaseUrl: options.databaseUrl, maxConnections: 2 });
  const sent = new SentTicks();
  const first = new FirstTicks();
  const lacking = new LackingBook();
  let closed: Promise<void> | undefined;
  return {
    keepsSessions: store.keepsSessions,
    async write(samples) {
      const outcome = await store.write(await withoutRecorded(samples));
      if (outcome.kind !== 'written') return outcome;
      const nowhere = new Set([
        ...(outcome.refused ?? []).flatMap(({ sample, codes }) => (codes === 'all' ? [sample] : [])),
        ...(outcome.later ?? []),
      ]);
      const recorded = await record(
        nowhere.size === 0 ? samples : samples.filter((each) => !nowhere.has(each)),
      );
      return recorded.kind === 'written' ? outcome : recorded;
    },
    history: (query) => store.history(query),
    lastValues: (places) => store.lastValues(places),
    aggregate: (query) => store.aggregate(query),
    kindsOf: (places) => store.kindsOf(places),
    maintain: (options) => store.maintain(options),
    epochStarts: (recorded) => readEpochStarts(db, recorded),
    firstTicks: (devices) => readFirstTicks(db, devices),
    forgetEpochs: (epochs) => forgetEpochs(db, epochs),
    reachable: () => store.reachable(),
    close() {
      closed ??= Promise.all([store.close(), db.destroy()]).then(() => undefined);
      return closed;
    },
  };

  async function withoutRecorded(samples: readonly StorableSample[]): Promise<readonly StorableSample[]> {
    // Values with times of their own may fill holes between those of a successor.
    const overtaken = samples.filter((sample) => sample.overtaken && !sample.changes);
    if (overtaken.length === 0) return samples;
    const ticks = overtaken.map(({ session, device, period_ms, tick }) => {
      return { sessionId: session, deviceCode: device, periodMs: period_ms, tick };
    });
    try {
      const passed = new Set([...(await ticksOnRecord(db, ticks))].map((index) => overtaken[index]));
      return samples.filter((sample) => !passed.has(sample));
    } catch (error) {
      throw unavailable('cannot read which ticks are stored already', error);
    }
  }

  async function record(samples: readonly StorableSample[]): Promise<WriteOutcome> {
    const news = sent.newsOf(samples);
    const firstNews = first.newsOf(samples);
    const lackingNews = lacking.newsOf(samples);
    try {
      await db.transaction().execute(async (transaction) => {
        await noteEpochStarts(transaction, samples);
        await noteFirstTicks(transaction, firstNews.firstTicks);
        await recordTicks(transaction, [
          ...samples.filter(accountsForTick).map((sample) => tickEntry(sample, outcomeOfSample(sample))),
          ...news.entries,
        ]);
        await lackingNews.record(transaction);
      });
      news.recorded();
      firstNews.recorded();
      lackingNews.recorded();
      return { kind: 'written' };
    } catch (error) {
      const reason = rejectionReason(error);
      if (reason !== undefined) return { kind: 'rejected', reason };
      throw unavailable('the values are stored, but what became of the ticks cannot be recorded', error);
    }
  }
}
