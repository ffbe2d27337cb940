import type { Changes } from '@holdfast/shared/contracts/sample/changes.ts';
import type { Lacking } from '@holdfast/shared/contracts/sample/lacking.ts';
import { type OutgoingSample, type Sample, sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import { boundedText } from '@holdfast/texts/bounded-text.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { membersOf, type SampleSource } from './sample-source.ts';
import { tickTimeMs } from './schedule.ts';

/** Everything that a subscribed device has reported in a tick so far. */
export interface TickReports {
  readonly tick: number;
  readonly readAtMs: number;
  /** First tick that this holder answers for. */
  readonly sinceTick: number;
  /** Whether the source has kept its values from before that tick. */
  readonly sourceKept?: boolean;
  readonly changes: Changes;
  /** Number of the part, while the tick is not over. */
  readonly part?: number;
  /** Set when the tick is over. */
  readonly end?: {
    readonly isRead: boolean;
    readonly bad: readonly { readonly code: string; readonly detail: Text }[];
    readonly dropped: number;
    readonly miss: Sample['miss'];
    readonly lacking: Lacking | undefined;
  };
}

const encoder = new TextEncoder();

/** Makes the messages of a subscribed device. A partly read tick has `changes`, even if empty. */
export function changesWriter(source: SampleSource): (tick: TickReports) => OutgoingSample {
  const { periodMs } = source;
  const about = membersOf(source);
  return ({ tick, readAtMs, sinceTick, sourceKept, changes, part, end }) => {
    const { isRead = true, bad = [], dropped = 0, miss, lacking } = end ?? {};
    const head = {
      v: sampleVersion,
      ...about,
      tick,
      period_ms: periodMs,
      since_tick: sinceTick,
      ...(sourceKept ? { source_kept: true as const } : {}),
      time: tickTimeMs(tick, periodMs),
      read_at: Math.round(readAtMs),
      ...(part === undefined ? {} : { part }),
    };
    const hasChanges = Object.keys(changes).length > 0 || (isRead && miss !== undefined);
    const message = {
      ...head,
      ...(lacking ? { lacking } : {}),
      ...(hasChanges ? { changes } : {}),
      ...(bad.length > 0
        ? { bad: Object.fromEntries(bad.map(({ code, detail }) => [code, boundedText(detail)])) }
        : {}),
      ...(dropped > 0 ? { dropped } : {}),
      ...(miss ? { miss } : {}),
    };
    const outgoing = { ...head, message: encoder.encode(JSON.stringify(message)), isRead };
    return miss ? { ...outgoing, miss } : outgoing;
  };
}
