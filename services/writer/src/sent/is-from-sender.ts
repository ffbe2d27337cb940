import type { SentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { parsePublishedSubject } from '@holdfast/shared/contracts/subjects.ts';
import { type EpochBook, isPlacedSo } from '@holdfast/shared/sessions/epoch-book.ts';

/**
 * Whether a record of SENT may be believed: its sender held the session under that epoch, and published the record
 * itself, or a later holder of the task did. Undefined while the log does not reach so far. @throws when SESSIONS
 * cannot be read
 */
export async function isFromSender(
  subject: string,
  { session, epoch, collector, found_under: foundUnder }: SentRecord,
  epochs: Pick<EpochBook, 'find'>,
): Promise<boolean | undefined> {
  const published = parsePublishedSubject(subject);
  if (!published) return false;
  const { source, taskId: task } = published;
  const sent = await epochs.find(epoch);
  if (sent.kind === 'ahead') return undefined;
  if (!isPlacedSo(sent, { session, task, collector })) return false;
  if (source === collector) return true;
  if (foundUnder === undefined) return false;
  const placed = await epochs.find(foundUnder);
  if (placed.kind === 'ahead') return undefined;
  return (
    placed.kind === 'placed' && placed.placement.taskId === task && placed.placement.collectorId === source
  );
}
