import type { GapView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { SessionAccount } from './account-for-session.ts';
import { gapDetail } from './gap-details.ts';

export interface PlacedGap {
  /** Sequences of the events from which the gap follows. */
  readonly events: readonly number[];
  readonly view: GapView;
  /**
   * Scheduled time of the first tick, in ms since 1970. Tick numbers cannot be compared between devices with different
   * periods.
   */
  readonly startMs: number;
  /** Place of the gap's account: by its device's place in the configuration, then by length of the ticks. */
  readonly index: number;
}

/** Lists gaps, oldest first; gaps that begin together come in the order of the configuration. */
export function gapViews({ devices }: SessionAccount): PlacedGap[] {
  return devices
    .flatMap(({ device, gaps, periodMs }, index) =>
      gaps.map(({ cause, from, to, events }) => ({
        events,
        index,
        startMs: from * periodMs,
        view: {
          device,
          cause,
          detail: gapDetail(cause),
          from_tick: from,
          to_tick: to,
          ticks: to - from + 1,
          start_time: new Date(from * periodMs).toISOString(),
          end_time: new Date((to + 1) * periodMs).toISOString(),
        },
      })),
    )
    .sort((a, b) => a.startMs - b.startMs || a.index - b.index);
}
