import { quarantinedBodyLength } from '@holdfast/shared/contracts/quarantined-message.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { Quarantine } from '@holdfast/shared/jetstream/samples/quarantine.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { News } from '@holdfast/shared/runtime/news.ts';
import { StoppedWhileTrying, untilItWorks } from '@holdfast/shared/runtime/until-it-works.ts';
import { firstPlace } from '../admission/first-place.ts';
import { clockAheadMsOf } from '../batch/clock-difference.ts';
import { partOfSample } from '../batch/part-of-sample.ts';
import type { PutAway, Unstorable } from '../ports.ts';
import { writerOutage } from '../retry/writer-outage.ts';

/** A lasting problem is logged loudly once in so long. */
const loudEveryMs = 10 * 60_000;

/** Puts what cannot be stored into QUARANTINE, and returns when it is there. */
export function putAwayInto(quarantine: Quarantine, log: Logger): PutAway {
  const outage = writerOutage(log, 'the quarantine');
  const news = new News(loudEveryMs);

  const tell = ({ message, sample, codes, reason, isNobodys }: Unstorable): void => {
    // Their publisher is named already.
    if (isNobodys) return;
    const { subject, seq: sequence } = message;
    const level = news.isNew(`${subject} ${sample?.session} ${codes}`) ? 'warn' : 'debug';
    const about = { subject, sequence, session: sample?.session, device: sample?.device, reason };
    const what = codes
      ? 'values cannot be stored; they go to quarantine, and the rest of their tick is stored'
      : 'a message cannot be stored; it goes to quarantine';
    log[level](codes ? { ...about, point_codes: codes } : about, what);
  };

  return async (item, signal) => {
    const { message, sample, codes, reason, lostEpoch } = item;
    const first = firstPlace(message);
    const whole = message.string();
    const body = codes ? partOfSample(whole, codes) : whole;
    tell(item);
    await untilItWorks(
      () =>
        quarantine({
          stream: streamNames.samples,
          subject: first?.subject ?? message.subject,
          sequence: message.seq,
          firstSequence: first?.sequence,
          clockAheadMs: clockAheadMsOf(message, sample),
          lostEpoch,
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
