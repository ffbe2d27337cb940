import { inboxPrefix, subjects } from '../contracts/subjects.ts';
import { look } from './accounts.ts';

/** One consumer by the names that the broker has for it. */
export interface ConsumerName {
  readonly stream: string;
  readonly name: string;
}

/** Metadata of a consumer: the account that it was made for. No consumer of a service has it. */
const markKey = 'holdfast.account';
export const markOf = (account: string): Readonly<Record<string, string>> => ({ [markKey]: account });
export const isMarked = (metadata: Readonly<Record<string, string>> | undefined, account: string): boolean =>
  metadata?.[markKey] === account;

/** A use of a consumer by an account without JetStream; passed on to JetStream where the consumer is its own. */
export interface ConsumerUse {
  readonly account: string;
  readonly consumer: ConsumerName;
  /** The subject by which JetStream knows it. */
  readonly subject: string;
}

const token = '([\\w-]+)';
const inbox = inboxPrefix('operator');
const used = new RegExp(
  `^${subjects.consumerUsesOf(look)}\\.(\\$JS\\.(?:API\\.CONSUMER\\.MSG\\.NEXT|FC)\\.${token}\\.${token}(?:\\.${token})?)$`,
);
const ended = new RegExp(`^${subjects.consumerRequestsOf(look)}\\.delete\\.${token}\\.${token}$`);
const replyToOperator = new RegExp(`^${inbox}(\\.${token})+$`);

/**
 * A pull, or a sign that deliveries may go on, as it comes from an account: its reply subject is the account's own, and
 * what is delivered there has to come back to that account.
 */
export function consumerUse(subject: string, reply: string | undefined): ConsumerUse | undefined {
  const [, toJetStream, stream, name] = used.exec(subject) ?? [];
  if (toJetStream === undefined || stream === undefined || name === undefined) return undefined;
  if (reply !== undefined && reply !== '' && !replyToOperator.test(reply)) return undefined;
  return { account: look, consumer: { stream, name }, subject: toJetStream };
}

/** Request and reply on `consumers.<account>.delete.<stream>.<name>`: the end of a consumer. */
export function consumerEnd(subject: string): ConsumerUse | undefined {
  const [, stream, name] = ended.exec(subject) ?? [];
  if (stream === undefined || name === undefined) return undefined;
  return { account: look, consumer: { stream, name }, subject: `$JS.API.CONSUMER.DELETE.${stream}.${name}` };
}
