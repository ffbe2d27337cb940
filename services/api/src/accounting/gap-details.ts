import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';

/** Causes in words for people. */
export const gapDetails: Readonly<Record<GapCause, string>> = {
  timeout: 'the device did not answer in time',
  connection:
    'there was no connection to the device, or what came over it was no answer (such as a wrong check sum)',
  exception: 'the device answered with an exception',
  overrun:
    'not read in time: the reading before, or others on the same endpoint, took longer than the period',
  buffer_full:
    'samples waited for so long that a buffer was full: that of the collector, or the stream SAMPLES',
  too_large: 'the device has more values than one message may hold',
  fenced: 'it was sent by a collector that no longer held the session',
  waiting: 'no collector held the session, or had begun to poll it yet',
  failover: 'the collector was lost and another took the session over',
  drain: 'the collector was shut down and the session went to another',
  rebalance: 'the session was moved to spread the load',
  recovery: 'the session was placed again after a restart',
  restart: 'the collector was away and came back',
  session_end: 'the session was paused, stopped or failed right then',
  holder_lost: 'the collector fell silent, and the session ended before it or another went on',
  not_arrived: 'nothing explains it yet; it may still be on its way',
};
