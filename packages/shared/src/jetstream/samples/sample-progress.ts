import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { durableNames, streamNames } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';

export interface SampleProgress {
  /** The last sequence that SAMPLES has given. */
  readonly end: number;
  /** Everything up to this one was acknowledged by a writer, or dropped by the stream. */
  readonly doneUpTo: number;
}

/** How far the writers have come with SAMPLES. @throws when the broker cannot be asked, or no writer has begun yet */
export async function sampleProgress(nc: NatsConnection): Promise<SampleProgress> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { state } = await leaderInfo(jsm, streamNames.samples);
  const { ack_floor } = await jsm.consumers.info(streamNames.samples, durableNames.writer);
  return { end: state.last_seq, doneUpTo: Math.max(ack_floor.stream_seq, state.first_seq - 1) };
}
