import { NoRespondersError, PermissionViolationError, RequestError, TimeoutError } from '@nats-io/nats-core';
import { BrokerSilent } from '../consume/fetch-in-time.ts';
import { NoAnswerInTime } from './ask-again.ts';
import { BrokerDisconnected, BrokerUnfit } from './broker-unfit.ts';
import { NoLeader } from './leader-info.ts';

/** Whether NATS gave no answer at all, rather than a refusal: the same question may be asked again later. */
export function isBrokerSilent(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof BrokerUnfit) return false;
  if (error.cause instanceof PermissionViolationError) return false;
  return (
    error instanceof BrokerDisconnected ||
    error instanceof NoLeader ||
    error instanceof NoAnswerInTime ||
    error instanceof BrokerSilent ||
    error instanceof TimeoutError ||
    error instanceof NoRespondersError ||
    error instanceof RequestError ||
    // The client's name for "no responders" in JetStream. It does not export the class.
    error.name === 'JetStreamNotEnabled' ||
    isBrokerSilent(error.cause)
  );
}

/** For services that cannot begin without NATS. They wait until it answers. */
export const untilBrokerAnswers = { name: 'NATS', isSilent: isBrokerSilent };
