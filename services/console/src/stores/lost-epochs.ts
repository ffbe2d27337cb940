import type { QuarantinedItem } from './queries.ts';

/** Samples of one collector whose epochs the log has lost. */
export interface LostEpoch {
  readonly collector: string;
  readonly epochs: readonly number[];
  readonly count: number;
  /** The one message, or undefined for all listed ones. */
  readonly item: QuarantinedItem | undefined;
  /** The last place in quarantine that the user has seen. */
  readonly upTo: number;
}

const collectorOf = ({ subject }: QuarantinedItem) => subject.split('.')[1] ?? '';
const isLost = ({ lost_epoch, can_be_sent_again: can }: QuarantinedItem) => can && lost_epoch !== null;

export function lostEpochOf(item: QuarantinedItem): LostEpoch {
  const epochs = item.lost_epoch === null ? [] : [item.lost_epoch];
  return { collector: collectorOf(item), epochs, count: 1, item, upTo: item.sequence };
}

/** Groups listed samples that may be vouched for by collector, so that users vouch for one collector at a time. */
export function lostEpochsOf(items: readonly QuarantinedItem[]): LostEpoch[] {
  const upTo = Math.max(0, ...items.map(({ sequence }) => sequence));
  return [...Map.groupBy(items.filter(isLost), collectorOf)].map(([collector, ofCollector]) => ({
    ...{ collector, count: ofCollector.length, item: undefined, upTo },
    epochs: [...new Set(ofCollector.map(({ lost_epoch }) => lost_epoch ?? 0))].sort(
      (one, other) => one - other,
    ),
  }));
}
