import type { GapView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { SessionAccount } from './account-for-session.ts';
import { gapDetails } from './gap-details.ts';

/** Oldest first; gaps that begin together in the order of the configuration. */
export function gapViews({ devices, periodMs }: SessionAccount): { view: GapView; index: number }[] {
  return devices
    .flatMap(({ device, gaps }, index) =>
      gaps.map(({ cause, from, to }) => ({
        index,
        view: {
          device,
          cause,
          detail: gapDetails[cause],
          from_tick: from,
          to_tick: to,
          ticks: to - from + 1,
          start_time: new Date(from * periodMs).toISOString(),
          end_time: new Date((to + 1) * periodMs).toISOString(),
        },
      })),
    )
    .sort((a, b) => a.view.from_tick - b.view.from_tick || a.index - b.index);
}
