import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { OutboxHealth } from './outbox-health.ts';

const lookEveryMs = 1_000;
/** While samples wait, the line is repeated this often. */
const tellEveryMs = 30_000;

/** Logs when samples begin to wait, how many wait from time to time, and when all of them are sent. */
export function reportOutbox(options: {
  readonly health: () => OutboxHealth;
  /** From so many on, samples count as waiting; fewer are always on their way. */
  readonly worthTelling: number;
  readonly timers: Timers;
  readonly log: Logger;
}): () => void {
  const { health, worthTelling, timers, log } = options;
  let quietForMs = 0;
  let isWaiting = false;
  let cancel = () => {};
  const look = () => {
    const now = health();
    const waiting = now.waitingInMemory + now.spooledSamples;
    quietForMs += lookEveryMs;
    // Where hundreds of samples come a second, some are on their way at every look.
    if (now.spooledSamples + now.unsentNotices === 0 && waiting < worthTelling) {
      if (isWaiting) log.info(fieldsOf(now), 'all samples that waited are with the broker');
      isWaiting = false;
    } else if ((!isWaiting && waiting >= worthTelling) || (isWaiting && quietForMs >= tellEveryMs)) {
      log.warn(fieldsOf(now), 'samples wait for the broker');
      isWaiting = true;
      quietForMs = 0;
    }
    cancel = timers.after(lookEveryMs, look);
  };
  cancel = timers.after(lookEveryMs, look);
  return () => cancel();
}

function fieldsOf(health: OutboxHealth) {
  return {
    in_memory: health.waitingInMemory,
    spooled: health.spooledSamples,
    spooled_bytes: health.spooledBytes,
    dropped: health.dropped,
    gap_notices: health.unsentNotices,
    damaged_records: health.damagedRecords,
  };
}
