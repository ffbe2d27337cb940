import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { TickOfDevice } from './history.ts';

/** The same for a tick in every record of it. Ticks of a device that have had several lengths are told apart by their scheduled time. */
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
