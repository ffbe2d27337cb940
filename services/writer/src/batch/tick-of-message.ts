import { type TickEntry, tickEntry } from '@holdfast/sample-store/tick-coverage.ts';
import { sampleSchema, ticksProblem } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SampleMessage } from '../ports.ts';

const namedTick = sampleSchema.pick({
  session: true,
  device: true,
  tick: true,
  through_tick: true,
  period_ms: true,
  part: true,
});

/**
 * The tick that a message is about, if that can be determined although the rest cannot be read. A range says nothing of ticks
 * that have not come yet.
 */
export function quarantinedTick(message: Pick<SampleMessage, 'time' | 'string'>): TickEntry | undefined {
  let json: unknown;
  try {
    json = JSON.parse(message.string());
  } catch {
    return undefined;
  }
  const parsed = namedTick.safeParse(json);
  if (!parsed.success || parsed.data.part !== undefined || ticksProblem(parsed.data)) return undefined;
  const entry = tickEntry(parsed.data, 'quarantined');
  const due = Math.floor(message.time.getTime() / entry.periodMs);
  return { ...entry, to: Math.max(entry.from, Math.min(entry.to, due)) };
}
