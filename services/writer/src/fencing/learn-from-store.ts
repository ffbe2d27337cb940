import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { PatientStore } from '../retry/patient-store.ts';
import type { EpochFence } from './epoch-fence.ts';

type Known = Pick<PatientStore, 'epochStarts' | 'firstTicks'>;

/**
 * Tells the fence what other writers have stored of these samples' sessions: one of them may have the first sample of a new
 * owner. What it has in hand at this very moment is not seen; where both then store the same tick, the database keeps
 * the higher epoch.
 */
export async function learnFromStore(
  fence: EpochFence,
  samples: readonly Sample[],
  store: Known,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, number>();
  for (const { session } of samples) if (!known.has(session)) known.set(session, fence.highest(session));
  if (known.size === 0) return;
  for (const { session, epoch } of await store.epochStarts(known, signal)) fence.know(session, epoch);
  // Asked only where a former owner's are among them; one that is followed in this very batch lies before its successor.
  const former = samples.filter(({ session, epoch }) => epoch < fence.highest(session));
  if (former.length === 0) return;
  for (const { session, device, ...first } of await store.firstTicks(former, signal)) {
    fence.knowFirstTick(session, device, first);
  }
}
