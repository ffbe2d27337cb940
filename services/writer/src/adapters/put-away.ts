import { quarantinedBodyLength } from '@holdfast/shared/contracts/quarantined-message.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { JsMsg } from '@holdfast/shared/jetstream/consume/consume-batches.ts';
import type { Quarantine } from '@holdfast/shared/jetstream/samples/quarantine.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { StoppedWhileTrying, untilItWorks } from '@holdfast/shared/runtime/until-it-works.ts';
import { knownClockAheadMs } from '../batch/clock-difference.ts';
import { firstSequence } from '../batch/first-sequence.ts';
import { partOfSample } from '../batch/part-of-sample.ts';
import { writerOutage } from '../retry/writer-outage.ts';

export interface PutAway {
  readonly message: JsMsg;
  /** Undefined where it cannot be read. */
  readonly sample?: Sample;
  /** Only the values of these points; all of it when left out. */
  readonly codes?: readonly string[];
  readonly reason: string;
}

/** The same goes on for long: it is loud once in so long. */
const loudEveryMs = 10 * 60_000;
const devicesKnown = 10_000;

/** Puts what cannot be stored into QUARANTINE, and returns when it is there. */
export function quarantineFor(quarantine: Quarantine, log: Logger) {
  const outage = writerOutage(log, 'the quarantine');
  const saidAtMs = new Map<string, number>();

  const tell = ({ message, sample, codes, reason }: PutAway): void => {
    const { subject, seq: sequence } = message;
    const nowMs = performance.now();
    const key = `${subject} ${sample?.session} ${codes}`;
    const said = saidAtMs.get(key);
    const isNews = said === undefined || nowMs - said >= loudEveryMs;
    if (isNews) {
      if (saidAtMs.size >= devicesKnown) saidAtMs.clear();
      saidAtMs.set(key, nowMs);
    }
    const about = { subject, sequence, session: sample?.session, device: sample?.device, reason };
    const what = codes
      ? 'values cannot be stored; they go to quarantine, and the rest of their tick is stored'
      : 'a message cannot be stored; it goes to quarantine';
    log[isNews ? 'warn' : 'debug'](codes ? { ...about, point_codes: codes } : about, what);
  };

  return async (item: PutAway, signal: AbortSignal): Promise<void> => {
    const { message, sample, codes, reason } = item;
    const whole = message.string();
    const body = codes ? partOfSample(whole, codes) : whole;
    tell(item);
    await untilItWorks(
      () =>
        quarantine({
          stream: streamNames.samples,
          subject: message.subject,
          sequence: message.seq,
          firstSequence: firstSequence(message),
          clockAheadMs: knownClockAheadMs(message, sample),
          pointCodes: codes,
          reason:
            body.length > quarantinedBodyLength
              ? `${reason} (only the beginning of ${body.length} is kept)`
              : reason,
          body: body.slice(0, quarantinedBodyLength),
        }),
      {
        signal,
        isTemporary: (error) => !(error instanceof StoppedWhileTrying),
        outage,
      },
    );
  };
}
