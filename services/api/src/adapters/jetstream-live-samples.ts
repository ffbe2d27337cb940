import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { openStreamFeed, streamBounds } from '@holdfast/shared/jetstream/consume/stream-feed.ts';
import type { LiveSamples } from '../ports.ts';
import { askedOfBroker } from './asked-of-broker.ts';

const { samples: stream } = streamNames;

/** SAMPLES through an ordered consumer for each feed. */
export function jetStreamLiveSamples(connection: () => NatsConnection): LiveSamples {
  return {
    bounds: () => askedOfBroker(connection, (nc) => streamBounds(nc, stream)),
    open: ({ after, taskId }) => {
      const filterSubject = taskId === undefined ? subjects.allSamples : subjects.samplesOf(taskId);
      return askedOfBroker(connection, (nc) => openStreamFeed(nc, { stream, after, filterSubject }));
    },
  };
}
