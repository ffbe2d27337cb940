import { jetstreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import * as z from 'zod';
import { decodeSessionEvent } from '../../contracts/session-events.ts';
import { parsePublishedSubject, streamNames, subjects } from '../../contracts/subjects.ts';
import { parseUntrusted } from '../../judgement/parse-untrusted.ts';
import { accountOfCollector } from '../../permissions/accounts.ts';
import { fewAtOnce } from '../../runtime/few-at-once.ts';
import type { Logger } from '../../runtime/logger.ts';
import { News } from '../../runtime/news.ts';
import { storedMessage } from '../connection/stored-message.ts';
import { RequestBudget } from '../consume/request-budget.ts';
import { storedEvent } from '../sessions/jetstream-event-store.ts';

/** Reply subjects of requests through an account's import begin so. */
const answerPrefix = '_R_.';
const readMessage = `$JS.API.STREAM.MSG.GET.${streamNames.samples}`;
const timeoutMs = 5_000;
const maxRequestBytes = 1_024;
/** A collector that takes 10,000 devices at once asks for the last sample of each, sometimes of two holders. */
const rate = { burst: 30_000, perSecond: 500, mostUnderWay: 2_000 };
const askedAtOnce = 32;
const tellEveryMs = 60_000;
/** A task that a collector holds is not looked up again for this long. */
const placedForMs = 1_000;
const tasksKept = 10_000;

const subject = z.string().regex(/^samples\.[\w*-]{1,64}\.[\w-]{1,64}\.[\w-]{1,64}$/);
const query = z.union([
  z.strictObject({ last_by_subj: subject }),
  z.strictObject({ seq: z.int().positive(), next_by_subj: subject }),
  z.strictObject({ seq: z.int().positive() }),
]);
type Query = z.infer<typeof query>;

const answerOf = z.looseObject({ message: z.looseObject({ subject: z.string() }).optional() });

/** JetStream's codes of a bad request, and of a message that is not there. */
const bad = { code: 400, err_code: 10_003 };
const notFound = { code: 404, err_code: 10_037 };

/**
 * Reads single messages of SAMPLES for collectors with accounts of their own, as the leader of the stream has them. In
 * JetStream's own request the body names the message, where no permission sees it: whoever may send it can read every
 * sample of the plant. A collector gets its own samples, and those of tasks that the log has placed with it: whoever
 * takes a session over has to know up to where the former holder has read.
 */
export function serveSampleReads(nc: NatsConnection, log: Logger): void {
  const budget = new RequestBudget(rate);
  const turns = new Map<string, ReturnType<typeof fewAtOnce>>();
  const placedTasks = new PlacedTasks(nc);
  const news = new News(tellEveryMs);
  nc.subscribe(subjects.sampleReads, {
    queue: 'reads',
    callback: (error, message) => {
      const collector = collectorOf(message.subject);
      if (error || collector === undefined || !message.reply?.startsWith(answerPrefix)) return;
      // Without an answer the collector asks again.
      if (!budget.begin(collector)) return;
      const inTurn = turns.get(collector) ?? fewAtOnce(askedAtOnce);
      turns.set(collector, inTurn);
      inTurn(() => answer(message, { nc, collector, placedTasks }))
        .then((isAllowed) => {
          if (isAllowed || !news.isNew(collector)) return;
          log.warn(
            { collector },
            'a collector asks for samples of sessions that the log has not given to it; it gets none',
          );
        })
        .catch((failure: unknown) => log.debug({ err: failure, collector }, 'a sample was not read'))
        .finally(() => budget.end(collector));
    },
  });
}

interface Serving {
  readonly nc: NatsConnection;
  readonly collector: string;
  readonly placedTasks: PlacedTasks;
}

/** @returns whether the collector may ask this */
async function answer(message: Msg, { nc, collector, placedTasks }: Serving): Promise<boolean> {
  const request =
    message.data.length <= maxRequestBytes ? parseUntrusted<Query>(query, message.string()) : undefined;
  if (!request) {
    message.respond(refusal('the request cannot be read', bad));
    return true;
  }
  const { last_by_subj, next_by_subj } = { last_by_subj: undefined, next_by_subj: undefined, ...request };
  const filter: string | undefined = last_by_subj ?? next_by_subj;
  const about = filter === undefined ? undefined : parsePublishedSubject(filter);
  if (about && about.source !== collector && !(await placedTasks.isHeldBy(collector, about.taskId))) {
    message.respond(refusal('it asks for samples of sessions that it does not hold', bad));
    return false;
  }
  const reply = await nc.request(readMessage, JSON.stringify(request), { timeout: timeoutMs });
  if (!about) {
    const sample = parseUntrusted(answerOf, reply.string())?.message;
    if (sample && parsePublishedSubject(sample.subject)?.source !== collector) {
      message.respond(refusal('no message found', notFound));
      return true;
    }
  }
  message.respond(reply.data);
  return true;
}

/** Which tasks the log has placed with which collector; read again after a second. */
class PlacedTasks {
  readonly #nc: NatsConnection;
  readonly #held = new Map<string, { readonly collector: string; readonly untilMs: number }>();

  constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  /** @throws when SESSIONS cannot be read */
  async isHeldBy(collector: string, taskId: string): Promise<boolean> {
    const held = this.#held.get(taskId);
    if (held?.collector === collector && performance.now() < held.untilMs) return true;
    const jsm = await jetstreamManager(this.#nc, { checkAPI: false });
    const last = { last_by_subj: subjects.placement(taskId) };
    const placementMessage = await storedMessage(jsm, streamNames.sessions, last);
    const decoded =
      placementMessage &&
      decodeSessionEvent(
        storedEvent(placementMessage.subject, placementMessage.seq, placementMessage.data).message,
      );
    const isHeld =
      decoded?.kind === 'placement' &&
      decoded.event.type === 'session.assigned' &&
      decoded.event.collectorId === collector;
    if (this.#held.size >= tasksKept) this.#held.clear();
    if (isHeld) this.#held.set(taskId, { collector, untilMs: performance.now() + placedForMs });
    return isHeld;
  }
}

function collectorOf(requestSubject: string): string | undefined {
  const prefix = subjects.sampleReadsOf(accountOfCollector(''));
  return requestSubject.startsWith(prefix) ? requestSubject.slice(prefix.length) : undefined;
}

function refusal(description: string, codes: typeof bad): string {
  const type = 'io.nats.jetstream.api.v1.stream_msg_get_response';
  return JSON.stringify({ type, error: { ...codes, description } });
}
