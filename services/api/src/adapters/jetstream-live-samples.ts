import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { openSampleFeed, sampleStreamBounds } from '@holdfast/shared/jetstream/samples/sample-feed.ts';
import type { LiveSamples } from '../ports.ts';
import { askedOfBroker } from './asked-of-broker.ts';

/** SAMPLES through an ordered consumer for each client. */
export function jetStreamLiveSamples(connection: () => NatsConnection): LiveSamples {
  return {
    bounds: () => askedOfBroker(connection, sampleStreamBounds),
    open: ({ after, taskId }) => {
      const filterSubject = taskId === undefined ? subjects.allSamples : subjects.samplesOf(taskId);
      return askedOfBroker(connection, (nc) => openSampleFeed(nc, { after, filterSubject }));
    },
  };
}
