import { decodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { sourceOfSample } from '@holdfast/shared/contracts/sample/source-of-sample.ts';
import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import {
  type FedMessage,
  openStreamFeed,
  streamBounds,
} from '@holdfast/shared/jetstream/consume/stream-feed.ts';
import type { EpochClaims } from '@holdfast/shared/sessions/epoch-claims.ts';
import { BrokerUnavailable, type LiveSamples } from '../ports.ts';
import { withBroker } from './with-broker.ts';

const { samples: stream } = streamNames;

/** SAMPLES through an ordered consumer for each feed. */
export function jetStreamLiveSamples(connection: () => NatsConnection, claims: EpochClaims): LiveSamples {
  return {
    bounds: () => withBroker(connection, (nc) => streamBounds(nc, stream)),
    open: ({ after, taskId }) => {
      const filterSubject = taskId === undefined ? subjects.allSamples : subjects.samplesOf(taskId);
      return withBroker(connection, async (nc) => {
        const feed = await openStreamFeed(nc, { stream, after, filterSubject });
        return {
          pendingAtStart: feed.pendingAtStart,
          stop: () => feed.stop(),
          async *[Symbol.asyncIterator]() {
            for await (const message of feed) {
              const { sequence, pending, data } = message;
              yield { sequence, pending, data: (await isTellable(message, claims)) ? data : '' };
            }
          },
        };
      });
    },
  };
}

/** Whether a holder of its session published the sample, or a service published it again. @throws BrokerUnavailable */
async function isTellable({ subject, data }: FedMessage, claims: EpochClaims): Promise<boolean> {
  const decoded = decodeSample(data);
  if (!decoded.ok || sourceOfSample(subject, decoded.sample) === undefined) return false;
  const { sample } = decoded;
  try {
    return claims.cached(sample) ?? (await claims.isPlaced(sample));
  } catch (error) {
    throw new BrokerUnavailable('the session log cannot be read', { cause: error });
  }
}
