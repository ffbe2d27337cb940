import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';

/** Logs that the writer cannot use something it needs. */
export function writerOutage(log: Logger, what: string): OutageLog {
  return new OutageLog({
    log,
    began: `${what} cannot be used; samples wait in the stream meanwhile`,
    ended: `${what} can be used again`,
  });
}
