import { type TickEntry, tickEntry } from '@holdfast/sample-store/tick-coverage.ts';
import { sampleSchema, ticksProblem } from '@holdfast/shared/contracts/sample/sample.ts';

const namedTick = sampleSchema.pick({
  session: true,
  device: true,
  tick: true,
  through_tick: true,
  period_ms: true,
  part: true,
});

/** The tick that a message is about, if that can be told although the rest cannot be read. */
export function quarantinedTick(body: string): TickEntry | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  const parsed = namedTick.safeParse(json);
  if (!parsed.success || parsed.data.part !== undefined || ticksProblem(parsed.data)) return undefined;
  return tickEntry(parsed.data, 'quarantined');
}
