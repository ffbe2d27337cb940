import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { TickOfDevice } from './history.ts';

/** A key that is the same in every record of a tick. Scheduled times distinguish ticks of several lengths. */
export function tickKey({ session, device, tick, periodMs }: TickOfDevice): string {
  return `${session}/${device}/${tick * periodMs}`;
}

export function sampleKey({
  session,
  device,
  tick,
  period_ms: periodMs,
}: Pick<Sample, 'session' | 'device' | 'tick' | 'period_ms'>): string {
  return tickKey({ session, device, tick, periodMs });
}
