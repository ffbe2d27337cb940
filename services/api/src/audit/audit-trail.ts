import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { AuditLog } from '../ports.ts';

const waitingAtMost = 5_000;
const refusalsWaitingAtMost = 1_000;
const retryMs = 1_000;
/**
 * Entries on their way to the broker at a time. It syncs each to disk: one after the other, entries would be slower than
 * commands.
 */
const inFlightAtMost = 64;

export interface AuditTrail {
  /** Never waits and never fails: an answer must not hang on the entry about it. */
  record(entry: AuditEntry): void;
  /** The same for a refusal, which takes the room of no other entry. */
  recordRefusal(entry: AuditEntry): void;
  /** Entries that never got into AUDIT and never will; the log has them. */
  lost(): number;
  stop: Stop;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly isRefusal: boolean;
}

/**
 * Brings entries into AUDIT and AUDIT_REFUSED, after the answers and in their order unless the broker refuses one of
 * several. While the broker is down they wait here; entries that find no room, and those still waiting when the process
 * ends, are written into the log instead.
 */
export function startAuditTrail({ audit, log }: { audit: AuditLog; log: Logger }): AuditTrail {
  const waiting: Waiting[] = [];
  let refusals = 0;
  const stopping = new AbortController();
  let lost = 0;
  let sending: Promise<void> | undefined;
  const outage = new OutageLog({
    log,
    began: 'audit entries cannot be stored now; they wait',
    ended: 'audit entries are stored again',
  });

  const lose = (entry: AuditEntry, why: string) => {
    lost += 1;
    log.error({ audit: withoutWrittenValue(entry) }, `an entry is missing in the audit log: ${why}`);
  };

  const sendAll = async () => {
    while (waiting.length > 0) {
      const sent = waiting.slice(0, inFlightAtMost);
      const outcomes = await Promise.allSettled(
        sent.map(({ entry, isRefusal }) => (isRefusal ? audit.appendRefusal(entry) : audit.append(entry))),
      );
      const unsent = sent.filter((_entry, index) => outcomes[index]?.status === 'rejected');
      waiting.splice(0, sent.length, ...unsent);
      refusals -= countRefusals(sent) - countRefusals(unsent);
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (!failure) {
        outage.worked();
        continue;
      }
      if (stopping.signal.aborted) return;
      outage.failed(failure.reason);
      await pause(systemTimers, retryMs, stopping.signal);
    }
  };

  const begin = () => {
    sending ??= sendAll().finally(() => {
      sending = undefined;
      // An entry recorded between the last look and this line would otherwise wait for the next one.
      if (waiting.length > 0 && !stopping.signal.aborted) begin();
    });
  };

  const record = (entry: AuditEntry, isRefusal: boolean) => {
    const isFull = isRefusal ? refusals >= refusalsWaitingAtMost : waiting.length - refusals >= waitingAtMost;
    if (isFull) return lose(entry, 'too many wait for the broker');
    waiting.push({ entry, isRefusal });
    if (isRefusal) refusals += 1;
    begin();
  };
  return {
    record: (entry) => record(entry, false),
    recordRefusal: (entry) => record(entry, true),
    lost: () => lost,
    stop: async () => {
      stopping.abort();
      await sending;
      for (const { entry } of waiting.splice(0))
        lose(entry, 'the API ended while the broker was unavailable');
    },
  };
}

function countRefusals(all: readonly Waiting[]): number {
  return all.filter(({ isRefusal }) => isRefusal).length;
}

/** An entry as the log gets it: a value that was to be written to a device is in AUDIT alone. */
function withoutWrittenValue(entry: AuditEntry): AuditEntry {
  if (entry.action !== 'point.write') return entry;
  const { body: _, query: __, ...data } = entry.data ?? {};
  return { ...entry, data };
}
