import type { SentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { reportedDays } from './sent-ticks.ts';
import type { TickEntry } from './tick-coverage.ts';

const dayMs = 86_400_000;

/**
 * For the book of ticks: the ticks for which the broker has something, as far back as may matter.
 * @param untilMs the sender can say nothing about ticks after this time
 */
export function confirmedTicks({ session, devices }: SentRecord, untilMs: number): TickEntry[] {
  return devices
    .map((confirmed) => ({
      ...confirmed,
      tick: Math.min(confirmed.tick, Math.floor(untilMs / confirmed.period_ms)),
    }))
    .filter(({ since_tick, tick }) => since_tick <= tick)
    .map(({ device, period_ms: periodMs, since_tick, tick }) => {
      const firstDay = Math.floor((tick * periodMs) / dayMs) - reportedDays;
      const from = Math.max(since_tick, Math.ceil((firstDay * dayMs) / periodMs));
      return { sessionId: session, deviceCode: device, periodMs, from, to: tick, outcome: 'confirmed' };
    });
}
