import { streamNames, subjects } from '../contracts/subjects.ts';
import type { Holder, Permissions } from './permissions.ts';

/**
 * The broker's accounts. Inside an account, permissions are no boundary: the broker sends its answer to whatever reply
 * subject a message names, with rights of its own. So CORE, the only account with JetStream, holds those who are trusted
 * with everything.
 */
export const core = 'CORE';
/** Operators, who may look at everything and change nothing. */
export const look = 'LOOK';
/** The account of one collector that is trusted with itself alone. */
export const accountOfCollector = (id: string) => `C_${id}`;

export function accountOf(holder: Holder, collectorId?: string): string {
  if (holder === 'operator') return look;
  return holder === 'collector' && collectorId !== undefined ? accountOfCollector(collectorId) : core;
}

/** Everything that passes between CORE and another account. */
export interface Passage {
  /** Subject in CORE, and the account's own name for it where that differs. */
  readonly services: readonly { readonly subject: string; readonly as?: string }[];
  /** Subjects of CORE that the account hears. */
  readonly streams: readonly string[];
  /** Requests from CORE that the account answers. */
  readonly answers: readonly string[];
  /** Subjects of the account that CORE hears, below `uses.<account>`. */
  readonly uses: readonly string[];
}

const createConsumer = '$JS.API.CONSUMER.CREATE.';
/** JetStream's request for one message of SAMPLES, whichever its body names. */
const readSample = `$JS.API.STREAM.MSG.GET.${streamNames.samples}`;
const deleteConsumer = '$JS.API.CONSUMER.DELETE.';
/** Messages for a consumer that do not get exactly one answer: a pull, or a sign to go on. */
const usesConsumer = ['$JS.API.CONSUMER.MSG.NEXT.', '$JS.FC.'];
const acknowledges = '$JS.ACK.';

/**
 * Everything that these permissions need in an account without JetStream. An answer comes back into the account that
 * asked, so a reply subject reaches nothing in other accounts.
 *
 * CORE does not export making consumers: one that delivers to `$JS.API.CONSUMER.MSG.NEXT.…` takes messages from another
 * consumer (measured with nats-server 2.10, 2.14 and 2.15). A service of ours looks at the request first. The same holds
 * for using a consumer where all names are allowed: permissions cannot match part of a name, so our service looks whose
 * consumer it is. It hears a pull by a stream, like any message: through an exported service, each pull leaves an entry
 * at the broker.
 */
export function passageOf(account: string, { publish, subscribe, answers }: Permissions): Passage {
  const requests = subjects.consumerRequestsOf(account);
  const isLook = account === look;
  const isUse = (subject: string) => isLook && usesConsumer.some((each) => subject.startsWith(each));
  const isNobodys = (subject: string) => isLook && subject.startsWith(acknowledges);
  const service = (subject: string) => {
    if (subject.startsWith(createConsumer)) {
      return { subject: `${requests}.create.${subject.slice(createConsumer.length)}`, as: subject };
    }
    if (isLook && subject.startsWith(deleteConsumer)) {
      return { subject: `${requests}.delete.${subject.slice(deleteConsumer.length)}`, as: subject };
    }
    // A collector reads what concerns its own sessions: our service looks at the body.
    if (!isLook && subject === readSample) return { subject: subjects.sampleReadsOf(account), as: subject };
    return { subject };
  };
  return {
    services: publish.allow.filter((subject) => !isUse(subject) && !isNobodys(subject)).map(service),
    // Consumers of operators deliver into their inbox, those of collectors to subjects of their own.
    streams: subscribe.allow.filter(
      (subject) => !answers.includes(subject) && (isLook || !subject.startsWith('_INBOX.')),
    ),
    answers,
    uses: publish.allow.filter(isUse),
  };
}
