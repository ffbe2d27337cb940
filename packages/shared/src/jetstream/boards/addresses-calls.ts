import type { NatsConnection } from '@nats-io/nats-core';
import {
  type AddressesCall,
  type AddressesReply,
  addressesCallSchema,
  addressesReplyBytesAtMost,
  addressesReplySchema,
  mostEndpointsOfCall,
} from '../../contracts/addresses-call.ts';
import { isReplyTo, subjects } from '../../contracts/subjects.ts';
import { parseUntrusted } from '../../judgement/parse-untrusted.ts';
import type { Logger } from '../../runtime/logger.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';

/** The collector looks names up for a second at the most. */
const answeredWithinMs = 2_500;
/** From here to the broker and from there to the collector, whose link may be as slow, and back. */
const roundTrips = 2;

export type AddressesOfEndpoints = AddressesReply['addresses'];

/** Asks one collector for the addresses of endpoints. @throws when it gives no answer in time, or one that cannot be read */
export async function callForAddresses(
  nc: NatsConnection,
  collectorId: string,
  endpoints: readonly string[],
): Promise<AddressesOfEndpoints> {
  const questions: Promise<AddressesOfEndpoints>[] = [];
  for (let from = 0; from < endpoints.length; from += mostEndpointsOfCall) {
    const call: AddressesCall = { v: 1, endpoints: endpoints.slice(from, from + mostEndpointsOfCall) };
    questions.push(ask(nc, collectorId, call));
  }
  return Object.assign({}, ...(await Promise.all(questions)));
}

async function ask(
  nc: NatsConnection,
  collectorId: string,
  call: AddressesCall,
): Promise<AddressesOfEndpoints> {
  const subject = subjects.addressesCall(collectorId);
  const timeout = answeredWithinMs + roundTrips * BrokerAnswers.of(nc).slownessMs('read');
  const message = await nc.request(subject, JSON.stringify(call), { timeout });
  const isReadable = message.data.length <= addressesReplyBytesAtMost;
  const reply = isReadable ? parseUntrusted(addressesReplySchema, message.string()) : undefined;
  if (!reply) throw new Error(`the answer of collector ${collectorId} cannot be read`);
  return reply.addresses;
}

/**
 * Answers supervisors and APIs that ask this collector for addresses.
 * @returns stops listening
 */
export function serveAddressesCalls(options: {
  readonly nc: NatsConnection;
  readonly collectorId: string;
  readonly answer: (endpoints: readonly string[]) => Promise<AddressesOfEndpoints>;
  readonly log: Logger;
}): () => void {
  const { nc, collectorId, answer, log } = options;
  const subscription = nc.subscribe(subjects.addressesCall(collectorId), {
    callback: (_error, message) => {
      // An answer to anybody else would let the sender write to any subject.
      if (!(['supervisor', 'api'] as const).some((service) => isReplyTo(service, message.reply))) return;
      const call = parseUntrusted(addressesCallSchema, message.string());
      if (!call) return;
      answer(call.endpoints).then(
        (addresses) => message.respond(JSON.stringify({ addresses } satisfies AddressesReply)),
        (error: unknown) => log.warn({ err: error }, 'a question for addresses was not answered'),
      );
    },
  });
  return () => subscription.unsubscribe();
}
