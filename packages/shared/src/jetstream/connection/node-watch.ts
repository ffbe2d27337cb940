import type { StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Logger } from '../../runtime/logger.ts';
import { pause, systemTimers } from '../../runtime/timers.ts';
import type { BrokerAnswers } from './broker-answers.ts';
import { closeAtOnce } from './close-at-once.ts';
import { notOfLeader } from './leader-info.ts';
import type { NodeChoice } from './node-choice.ts';
import { withoutLeader } from './without-leader.ts';

export interface NodeWatchOptions {
  readonly nc: NatsConnection;
  readonly answers: BrokerAnswers;
  readonly choice: NodeChoice;
  readonly isUp: () => boolean;
  /** The stream that is asked about: one that the service cannot do without. */
  readonly stream: string;
  /** The nodes of the cluster as far as they are known, `host:port` each. */
  readonly nodes: () => readonly string[];
  /** Opens a separate connection to one node, for a look. */
  readonly dial: (node: string) => Promise<NatsConnection>;
  /** The connection is being moved to a node that is known to answer. */
  readonly onMove: () => void;
  readonly log: Logger;
}

const askEveryMs = 1_000;
/** Longer than any usable link takes. A question that is given up still counts from its sending. */
const askTimeoutMs = 10_000;
/**
 * A node that has given no answer that counts for this long, or twice as long as answers are waited for on a slow link, is
 * left for one that does …
 */
const leftAfterMs = 4_000;
/** … not more often than this. */
const leftEveryMs = 5_000;
/** Time for a last answer before a node is left: an election ends everywhere at once, and may have just ended. */
const lastAnswerMs = 1_000;
/** Interval between looks at a node that was left; it must answer twice in a row. */
const homeEveryMs = 10_000;

/**
 * Asks the connected node, again and again, a question that only a leader with most of its copies can answer. TCP
 * connections outlive a node's quorum: without this, clients stayed on a node that was cut off from the other two, and
 * stood still. A node is left only while another one answers: during an election none does, for 5 s and
 * more, and every client would move for nothing.
 *
 * A client that went elsewhere goes back when its node answers again, so that the clients are spread over the nodes as
 * before.
 *
 * @returns the watch, to be asked without waiting when the connection is new
 */
export function watchNode(options: NodeWatchOptions): NodeWatch {
  const watch = new NodeWatch(options);
  const { signal, abort } = stoppedWith(options.nc);
  void watch.askRegularly(signal).finally(abort);
  void watch.goHome(signal);
  return watch;
}

function stoppedWith(nc: NatsConnection): { signal: AbortSignal; abort: () => void } {
  const closed = new AbortController();
  void nc.closed().then(() => closed.abort());
  return { signal: closed.signal, abort: () => closed.abort() };
}

class NodeWatch {
  readonly #options: NodeWatchOptions;
  readonly #home: string;
  #leftAtMs = Number.NEGATIVE_INFINITY;
  #isLooking = false;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
    this.#home = options.nc.getServer();
  }

  async askRegularly(signal: AbortSignal): Promise<void> {
    const { isUp } = this.#options;
    while (!signal.aborted) {
      if (isUp()) {
        void this.ask();
        void this.#leaveOneThatDoesNotAnswer();
      }
      await pause(systemTimers, askEveryMs, signal);
    }
  }

  /** Never throws. */
  async ask(): Promise<void> {
    const { nc, answers, stream } = this.#options;
    const question = answers.recordQuestion('read');
    const why = await whyNoAnswer(nc, stream, askTimeoutMs);
    if (why === undefined) question.answered();
    else question.failed(why);
  }

  /** Never throws. */
  async #leaveOneThatDoesNotAnswer(): Promise<void> {
    const { nc, answers, choice, isUp, log } = this.#options;
    const wasLeftForMs = performance.now() - this.#leftAtMs;
    const silentMs = Math.max(leftAfterMs, 2 * answers.patienceMs('write'));
    if (this.#isLooking || answers.unansweredForMs() < silentMs || wasLeftForMs < leftEveryMs) return;
    this.#isLooking = true;
    try {
      const server = nc.getServer();
      const better = await this.#oneThatAnswers(server);
      if (better === undefined || (await this.#lastAnswer()) === undefined) return;
      if (!isUp() || nc.getServer() !== server) return;
      this.#leftAtMs = performance.now();
      const unansweredMs = Math.round(answers.unansweredForMs());
      const about = { server, to: better, unanswered_ms: unansweredMs, why: answers.why() };
      log.warn(about, 'this node of NATS gives no answer that counts; going to one that does');
      choice.goTo(better);
      closeAtOnce(nc, 'the node gives no answer that counts');
    } finally {
      this.#isLooking = false;
    }
  }

  #lastAnswer(): Promise<string | undefined> {
    const { nc, answers, stream } = this.#options;
    return whyNoAnswer(nc, stream, Math.max(lastAnswerMs, answers.patienceMs('read')));
  }

  async #oneThatAnswers(than: string): Promise<string | undefined> {
    const others = this.#options.nodes().filter((node) => node !== than);
    const looks = others.map(async (node) => {
      const why = await this.#lookAt(node);
      if (why !== undefined) throw new Error(why);
      return node;
    });
    return Promise.any(looks).catch(() => undefined);
  }

  /** Never throws. */
  async goHome(signal: AbortSignal): Promise<void> {
    const { nc, answers, isUp, choice, onMove, log } = this.#options;
    let answered = 0;
    while (!signal.aborted) {
      // Clients must not go back all at once.
      await pause(systemTimers, homeEveryMs * (1 + Math.random() / 2), signal);
      if (signal.aborted || nc.getServer() === this.#home || !isUp()) {
        answered = 0;
        continue;
      }
      const why = await this.#lookAt(this.#home);
      answered = why === undefined ? answered + 1 : 0;
      if (answered < 2 || !isUp() || answers.unansweredForMs() >= answers.patienceMs('read')) continue;
      answered = 0;
      log.info({ server: this.#home }, 'this node of NATS answers again; going back to it');
      choice.goTo(this.#home);
      onMove();
      closeAtOnce(nc, 'going back to the first node');
    }
  }

  async #lookAt(node: string): Promise<string | undefined> {
    const { dial, stream } = this.#options;
    try {
      const nc = await dial(node);
      try {
        return await whyNoAnswer(nc, stream, askTimeoutMs / 2);
      } finally {
        await nc.close();
      }
    } catch (error) {
      return String(error);
    }
  }
}

type InfoAnswer = StreamInfo & {
  readonly error?: { readonly err_code?: number; readonly description?: string };
};

/**
 * Undefined when there was an answer that counts; a refusal counts too, unless it is for want of a leader. Never throws.
 */
async function whyNoAnswer(
  nc: NatsConnection,
  stream: string,
  timeoutMs: number,
): Promise<string | undefined> {
  try {
    const message = await nc.request(`$JS.API.STREAM.INFO.${stream}`, '', { timeout: timeoutMs });
    const { error, ...info } = message.json<InfoAnswer>();
    if (!error) return notOfLeader(info);
    return withoutLeader.includes(error.err_code ?? 0) ? (error.description ?? 'no leader') : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
