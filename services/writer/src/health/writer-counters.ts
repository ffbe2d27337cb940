import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';

/** Counts since the start of the process. A message is one device and tick. */
export interface WriterCounters {
  samplesWritten: number;
  valuesWritten: number;
  samplesUncertain: number;
  samplesFenced: number;
  samplesRejected: number;
  messagesQuarantined: number;
  valuesQuarantined: number;
  failedWrites: number;
}

export function writerCounters(): WriterCounters {
  return {
    samplesWritten: 0,
    valuesWritten: 0,
    samplesUncertain: 0,
    samplesFenced: 0,
    samplesRejected: 0,
    messagesQuarantined: 0,
    valuesQuarantined: 0,
    failedWrites: 0,
  };
}

const reportEveryMs = 60_000;

/** Logs once a minute, and at the end, how far the writer has come, if anything is new. */
export function reportCounters(counters: WriterCounters, log: Logger): Stop {
  let last = JSON.stringify(counters);
  const report = () => {
    const now = JSON.stringify(counters);
    if (now === last) return;
    last = now;
    log.info(
      {
        samples_written: counters.samplesWritten,
        values_written: counters.valuesWritten,
        samples_uncertain: counters.samplesUncertain,
        samples_fenced: counters.samplesFenced,
        samples_rejected: counters.samplesRejected,
        messages_quarantined: counters.messagesQuarantined,
        values_quarantined: counters.valuesQuarantined,
        failed_writes: counters.failedWrites,
      },
      'samples so far',
    );
  };
  const timer = setInterval(report, reportEveryMs);
  return async () => {
    clearInterval(timer);
    report();
  };
}
