import { errorText } from '@holdfast/driver/channel.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Hear, Link, LinkHost, WatchSink } from '@holdfast/driver/link.ts';
import type { Answer, Command, Group } from '@holdfast/driver/requests.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import type { IPublishPacket } from 'mqtt-packet';
import type { MqttConnection } from '../layout/connection.ts';
import type { MqttCommand, MqttGroup } from '../plan/mqtt-plan.ts';
import type { Message, MessageNotices, TopicRoutes } from '../plan/topic-routes.ts';
import { mqttText } from '../texts.ts';
import { BrokerSession, type BrokerSessionOptions, type RefusedFilter } from './broker-session.ts';

/** Time to connect and subscribe, when a watch begins. */
const openWithinMs = 10_000;
/** Time for the last messages of a watch to become safe; otherwise the next holder gets them again. */
const lastCommitMs = 2_000;
/** Time for the broker to end a connection that is over. */
const leaveWithinMs = 1_000;
/** Pause before refused topics are requested again. */
const refusedPauseMs = 60_000;
/** Time before the end of a read to hand over what has come. */
const handOverMs = 50;

export class MqttLink implements Link {
  readonly #connection: MqttConnection;
  readonly #host: LinkHost;
  readonly #open = new Set<BrokerSession>();
  /** Whether the broker had nothing of this device at a connection since the last watch that was opened. */
  #isForgotten = false;

  constructor(connection: MqttConnection, host: LinkHost) {
    this.#connection = connection;
    this.#host = host;
  }

  async watch(groups: readonly Group[], sink: WatchSink, signal: AbortSignal): Promise<void> {
    const routes = groups.map((group) => (group as MqttGroup).routes);
    const notices = firstNotices(this.#host.log);
    let committing: Promise<void> = Promise.resolve();
    const session = this.#session({
      clientId: this.#keptClientId,
      isKept: true,
      onMessages: (packets) => {
        // Unacknowledged, the messages go to the next holder.
        if (signal.aborted) return;
        for (const packet of packets) for (const each of routes) each.take(messageOf(packet), sink, notices);
        const ids = packets.flatMap(({ qos, messageId }) => (qos > 0 && messageId ? [messageId] : []));
        if (ids.length > 0) committing = this.#acknowledge(session, ids, sink);
      },
    });
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    let endRetries: () => void = () => undefined;
    try {
      const filters = [...new Set(routes.flatMap((each) => each.filters))];
      const opening = this.#within(session, openWithinMs, async () => {
        await session.open();
        this.#isForgotten ||= !session.wasKept;
        const refused = await session.subscribe(filters, this.#connection.qos);
        failIfAll(refused, filters);
        refuse(refused, routes, sink);
        if (refused.length > 0) endRetries = this.#retry(session, refused);
      });
      await Promise.race([opening, aborted]);
      if (!signal.aborted) {
        sink.opened(session.keepsAll && !this.#isForgotten);
        this.#isForgotten = false;
        await Promise.race([session.ended, aborted]);
      } else opening.catch(() => undefined);
      await Promise.race([committing, this.#pause(lastCommitMs)]);
      await session.leave(leaveWithinMs);
    } finally {
      endRetries();
      session.close();
    }
  }

  /** Takes retained messages, and messages that are published meanwhile. */
  async read(group: Group, timeoutMs: number, hear?: Hear): Promise<Answer> {
    const { routes } = group as MqttGroup;
    const messages: Message[] = [];
    let refused: readonly RefusedFilter[] = [];
    const open = new Set(routes.filters);
    let isComplete: () => void = () => undefined;
    const complete = new Promise<void>((resolve) => {
      isComplete = resolve;
    });
    const session = this.#session({
      clientId: passingClientId(),
      isKept: false,
      hear,
      onMessages: (packets) => {
        messages.push(...packets.map(messageOf));
        for (const { topic } of packets) open.delete(topic);
        if (open.size === 0) isComplete();
      },
    });
    const enough = this.#pause(Math.max(0, timeoutMs - handOverMs));
    try {
      await this.#within(session, timeoutMs, async () => {
        await session.open();
        refused = await session.subscribe(routes.filters, 0);
        failIfAll(refused, routes.filters);
        for (const { filter } of refused) open.delete(filter);
        if (open.size === 0) isComplete();
        await Promise.race([complete, enough, session.ended]);
      });
    } finally {
      session.close();
    }
    if (messages.length === 0 && refused.length === 0) {
      const message = mqttText('no_message_within', { ms: timeoutMs });
      throw new DriverFailure('timeout', message);
    }
    return {
      decode: (sink) => {
        refuse(refused, [routes], sink);
        for (const message of messages) routes.take(message, sink);
      },
    };
  }

  async write(command: Command, timeoutMs: number): Promise<void> {
    const { topic, payload } = command as MqttCommand;
    const session = this.#session({ clientId: passingClientId(), isKept: false });
    let isSent = false;
    try {
      await this.#within(session, timeoutMs, async () => {
        await session.open();
        isSent = true;
        await session.publish(topic, payload);
      });
    } catch (error) {
      if (!(error instanceof DriverFailure) || isSent) throw error;
      // The command itself was not sent, only packets to connect.
      const { kind, text, code, scope, isHeldBack } = error;
      throw new DriverFailure(kind, text, { code, scope, isHeldBack, wasSent: false, cause: error });
    } finally {
      session.close();
    }
  }

  /** Connects again under the same client id. That ends the kept session, and the new one ends with its connection. */
  async forget(timeoutMs: number): Promise<void> {
    const session = this.#session({ clientId: this.#keptClientId, isKept: false });
    try {
      await this.#within(session, timeoutMs, async () => {
        await session.open();
        await session.leave(leaveWithinMs);
      });
    } finally {
      session.close();
    }
  }

  get #keptClientId(): string {
    return `holdfast-${this.#host.sessionId}`;
  }

  disconnect(): void {
    for (const session of this.#open) {
      session.fail(
        new DriverFailure('connection', driverText('disconnected_by_the_collector'), { isHeldBack: true }),
      );
    }
  }

  #session(options: Omit<BrokerSessionOptions, 'connection' | 'host'>): BrokerSession {
    const session = new BrokerSession({ ...options, connection: this.#connection, host: this.#host });
    this.#open.add(session);
    session.ended.catch(() => this.#open.delete(session));
    return session;
  }

  /** Asks for refused topics again and again: the user may be given the right to read them. */
  #retry(session: BrokerSession, refused: readonly RefusedFilter[]): () => void {
    let cancel: () => void = () => undefined;
    const wait = (filters: readonly string[]) => {
      const retry = async (): Promise<void> => {
        const still = await session.subscribe(filters, this.#connection.qos);
        if (still.length > 0) wait(still.map(({ filter }) => filter));
      };
      // The session itself reports its end.
      cancel = this.#host.timers.after(refusedPauseMs, () => void retry().catch(() => undefined));
    };
    wait(refused.map(({ filter }) => filter));
    return () => cancel();
  }

  /** Acknowledges messages once they are safe. If they were lost, fails the session, so that the broker sends them again. */
  async #acknowledge(session: BrokerSession, ids: readonly number[], sink: WatchSink): Promise<void> {
    try {
      await sink.commit();
      session.acknowledge(ids);
    } catch (error) {
      session.fail(
        error instanceof DriverFailure
          ? error
          : new DriverFailure('connection', errorText(error), { isHeldBack: true }),
      );
    }
  }

  async #within(session: BrokerSession, ms: number, run: () => Promise<void>): Promise<void> {
    const cancel = this.#host.timers.after(ms, () =>
      session.fail(new DriverFailure('timeout', mqttText('broker_did_not_answer', { ms }))),
    );
    try {
      await run();
    } finally {
      cancel();
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#host.timers.after(ms, resolve));
  }
}

/** Logs the first message of each kind: thousands may follow. */
function firstNotices(log: LinkHost['log']): MessageNotices {
  const reported = new Set<string>();
  const warn = (about: object, what: string) => {
    if (!reported.has(what)) log.warn(about, what);
    reported.add(what);
  };
  return {
    noPoint: (topic) => warn({ topic }, 'messages that no point takes are acknowledged and not stored'),
    noTime: (topic, time_at) =>
      warn({ topic, time_at }, 'messages without a usable time count as of their arrival'),
  };
}

/** Reports to the sink which points have no values because the broker refuses their topic. */
function refuse(refused: readonly RefusedFilter[], routes: readonly TopicRoutes[], sink: ValueSink): void {
  for (const { filter, failure } of refused)
    for (const each of routes) for (const at of each.placesOf(filter)) sink.bad(at, failure.text);
}

function failIfAll(refused: readonly RefusedFilter[], filters: readonly string[]): void {
  const [first] = refused;
  if (first && refused.length === filters.length) throw first.failure;
}

function messageOf({ topic, payload, retain }: IPublishPacket): Message {
  return {
    topic,
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
    isRetained: retain,
  };
}

function passingClientId(): string {
  return `holdfast-${crypto.randomUUID()}`;
}
