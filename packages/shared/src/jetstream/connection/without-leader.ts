import { JetStreamApiError } from '@nats-io/jetstream';

/** "no suitable peers for placement": fewer nodes than copies, or some that were not seen yet, or have no room. */
export const noSuitablePeers = 10005;

/** Answers of a node while its cluster has no leader, or has just lost it. */
export const withoutLeader: readonly number[] = [
  10004, // its answer would be incomplete
  10008, // JetStream is unavailable for now
  10009, // this node cannot handle the request
  noSuitablePeers,
];

/** Whether the broker has answered, with a refusal that stays: asking again would bring the same one. */
export function isFinalAnswer(error: unknown): boolean {
  return error instanceof JetStreamApiError && !withoutLeader.includes(error.code);
}
