import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { AuditLog } from '../ports.ts';

const waitingAtMost = 5_000;
const retryMs = 1_000;

export interface AuditTrail {
  /** Never waits and never fails: an answer must not hang on the entry about it. */
  record(entry: AuditEntry): void;
  /** Entries that AUDIT has not got and will not get; the log has them. */
  lost(): number;
  stop: Stop;
}

/**
 * Brings entries into AUDIT in order, behind the answers. While the broker is away they wait here; what finds no room,
 * and what still waits at the end of the process, is written into the log instead.
 */
export function startAuditTrail({ audit, log }: { audit: AuditLog; log: Logger }): AuditTrail {
  const waiting: AuditEntry[] = [];
  const stopping = new AbortController();
  let lost = 0;
  let sending: Promise<void> | undefined;

  const lose = (entry: AuditEntry, why: string) => {
    lost += 1;
    log.error({ audit: entry }, `an entry is missing in the audit log: ${why}`);
  };

  const sendAll = async () => {
    let said = false;
    for (let entry = waiting[0]; entry; entry = waiting[0]) {
      try {
        await audit.append(entry);
        waiting.shift();
        if (said) log.info('audit entries are stored again');
        said = false;
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!said) log.error({ err: error }, 'audit entries cannot be stored now; they wait');
        said = true;
        await pause(systemTimers, retryMs, stopping.signal);
      }
    }
  };

  return {
    record: (entry) => {
      if (waiting.length >= waitingAtMost) return lose(entry, 'too many wait for the broker');
      waiting.push(entry);
      sending ??= sendAll().finally(() => {
        sending = undefined;
      });
    },
    lost: () => lost,
    stop: async () => {
      stopping.abort();
      await sending;
      for (const entry of waiting.splice(0)) lose(entry, 'the API ended while the broker was away');
    },
  };
}
