import {
  type ConsumerInfo,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { durableNames, streamNames } from '../../contracts/subjects.ts';

/** How far the writers are in SAMPLES, or undefined if none has ever run. @throws when the broker cannot be asked */
export async function readWriterConsumer(jsm: JetStreamManager): Promise<ConsumerInfo | undefined> {
  try {
    return await jsm.consumers.info(streamNames.samples, durableNames.writer);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)
      return undefined;
    throw error;
  }
}
