import type { EpochStart, FirstTick } from '@holdfast/sample-store/sample-store.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { PatientStore } from '../retry/patient-store.ts';
import type { EpochFence } from './epoch-fence.ts';

type EpochSource = Pick<PatientStore, 'epochStarts' | 'firstTicks' | 'forgetEpochs'>;
type EpochOfSession = Pick<EpochStart, 'session' | 'epoch'>;

/** Whether the session had this epoch, or undefined while the log does not reach so far. */
export type IsEpochOf = (session: string, epoch: number, signal: AbortSignal) => Promise<boolean | undefined>;

/**
 * Teaches the fence what other writers have stored of these samples' sessions: one of them may have the first sample of
 * a new owner. Samples that another writer has in hand at this moment are not seen; where both then store the same
 * tick, the database keeps the higher epoch. Epochs that the log does not confirm fence no owner, and are removed from
 * the database.
 */
export async function learnFromStore(
  fence: EpochFence,
  samples: readonly Sample[],
  {
    store,
    isEpochOf,
    signal,
  }: { readonly store: EpochSource; readonly isEpochOf: IsEpochOf; readonly signal: AbortSignal },
): Promise<void> {
  const highestBySession = new Map<string, number>();
  for (const { session } of samples)
    if (!highestBySession.has(session)) highestBySession.set(session, fence.highest(session));
  if (highestBySession.size === 0) return;
  const borneOut = async <E extends EpochOfSession>(epochs: readonly E[]): Promise<E[]> => {
    const verdicts = await Promise.all(epochs.map(({ session, epoch }) => isEpochOf(session, epoch, signal)));
    const confirmed = epochs.filter((_, index) => verdicts[index] === false);
    if (confirmed.length > 0) await store.forgetEpochs(confirmed, signal);
    return epochs.filter((_, index) => verdicts[index] === true);
  };
  for (const { session, epoch } of await borneOut(await store.epochStarts(highestBySession, signal))) {
    fence.know(session, epoch);
  }
  // Asked only where samples of a former owner are among them. Those followed in this very batch are before their
  // successor.
  const former = samples.filter(({ session, epoch }) => epoch < fence.highest(session));
  if (former.length === 0) return;
  for (const { session, device, ...first } of await borneOut<FirstTick>(
    await store.firstTicks(former, signal),
  )) {
    fence.knowFirstTick(session, device, first);
  }
}
