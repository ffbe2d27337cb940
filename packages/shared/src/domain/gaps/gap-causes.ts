/**
 * Why a scheduled tick has no sample. The first eight were said by the collector or the writer, the rest follows from
 * the log (`buffer_full` also from samples that say since when their device was read without leaving out a tick, and
 * from the records of what was sent):
 * - `lease_lost`: the holder's lease ran out, since the broker did not confirm it or the holder stood still, and it read
 *   on under the same epoch once it held the lease again
 * - `waiting`: no collector held the session, or it had not begun to poll
 * - `failover`, `drain`, `rebalance`, `recovery`: lost while the session went to the holder that was assigned with that
 *   reason; a move for balance explains nothing from before it
 * - `restart`: the holder was restarted, suspended or had its clock set, and came back under the same epoch
 * - `delivered_late`: for one of these reasons no collector listened to a subscribed device, but its source kept its
 *   values,
 *   and reported them to the next holder, or the same once it was back
 * - `reconfiguration`: the holder heard of a change of configuration only after it had come into force
 * - `session_end`: scheduled right before the session was paused, stopped or failed
 * - `holder_lost`: the holder fell silent, and the session was paused, stopped or failed before it or another went on
 * - `not_arrived`: nothing explains it yet; it may still be on its way
 */
export const gapCauses = [
  'timeout',
  'connection',
  'exception',
  'overrun',
  'buffer_full',
  'too_large',
  'lease_lost',
  'fenced',
  'waiting',
  'failover',
  'drain',
  'rebalance',
  'recovery',
  'restart',
  'delivered_late',
  'reconfiguration',
  'session_end',
  'holder_lost',
  'not_arrived',
] as const;
export type GapCause = (typeof gapCauses)[number];
