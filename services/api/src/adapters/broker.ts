import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { BrokerDisconnected, BrokerUnfit } from '@holdfast/shared/jetstream/connection/broker-unfit.ts';
import {
  type Connection,
  connectNats,
  type NatsConnection,
} from '@holdfast/shared/jetstream/connection/connect.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import {
  TaskConfigStore,
  TaskConfigStoreFull,
} from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import type { StreamSettings } from '@holdfast/shared/jetstream/streams/stream-configs.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import type { BrokerAccess } from '@holdfast/shared/runtime/config.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import {
  BrokerUnavailable,
  type CommandStores,
  type SessionLog,
  type TaskConfigs,
  TaskConfigsFull,
} from '../ports.ts';
import { jetStreamSessionLog } from './jetstream-session-log.ts';

export interface Broker {
  /** Whether commands can be taken. */
  isUp(): boolean;
  /** Why commands cannot be taken, in words. */
  problem(): string | undefined;
  /** The log while the broker can be used. */
  sessionLog(): SessionLog | undefined;
  /** @throws BrokerUnavailable at once, so that no request hangs for a broker that is known to be unavailable */
  stores(): CommandStores;
  /** For adapters of other ports. @throws BrokerUnavailable at once */
  connection(): NatsConnection;
  stop: Stop;
}

const retryMs = 1_000;
const checkAgainMs = 200;

function taskConfigsOf(store: TaskConfigStore): TaskConfigs {
  return {
    load: (taskId, version) => store.load(taskId, version),
    has: (config) => store.has(config),
    put: (config) => inRoom(() => store.put(config)),
    putDevice: (device) => inRoom(() => store.putDevice(device)),
  };
}

async function inRoom<T>(put: () => Promise<T>): Promise<T> {
  try {
    return await put();
  } catch (error) {
    throw error instanceof TaskConfigStoreFull ? new TaskConfigsFull(error, { cause: error }) : error;
  }
}

export interface BrokerOptions {
  readonly access: BrokerAccess;
  readonly name: string;
  readonly streams: StreamSettings;
  readonly log: Logger;
  /** Called when the broker was unavailable and may be another one now: forget what was known of it. */
  readonly onBack: () => void;
  /** Looks whether the log is what it was. @returns whether it could be looked at */
  readonly checkLog: (nc: NatsConnection) => Promise<boolean>;
  /** Whatever else is to be done with a connection; repeated until it works. */
  readonly onReady: (nc: NatsConnection) => Promise<void>;
  /** Called when waiting does not help: an address or credentials cannot be used. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * The connection to NATS, made in the background: an API without a broker still serves reads. Commands are taken once
 * everything was prepared for the first time. After an outage they wait only for a look at the log; the streams are
 * checked besides (a broker restart forgets those in memory), since all of it took 5 to 8 s after an election.
 */
export function startBroker(options: BrokerOptions): Broker {
  const preparation = new BrokerPreparation(options);
  const connecting = preparation.connect();
  connecting.catch(options.onFatal);
  return {
    isUp: () => preparation.problem() === undefined,
    problem: () => preparation.problem(),
    sessionLog: () => {
      const nc = preparation.usable();
      return nc && jetStreamSessionLog(nc);
    },
    stores: () => preparation.stores(),
    connection: () => {
      const nc = preparation.usable();
      if (!nc) throw new BrokerUnavailable('there is no connection to NATS');
      return nc;
    },
    stop: () => preparation.stop(),
  };
}

class BrokerPreparation {
  readonly #options: BrokerOptions;
  readonly #stopping = new AbortController();
  #connection: Connection | undefined;
  #stores: CommandStores | undefined;
  /** Whether everything was prepared for the first time; then it stays true. */
  #isPrepared = false;
  #isLogChecked = false;
  #attempt = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  async connect(): Promise<void> {
    const { access, name, log } = this.#options;
    const connection = await connectNats({ ...access, name, log, needs: streamNames.sessions });
    if (this.#stopping.signal.aborted) return connection.close();
    this.#connection = connection;
    connection.onReconnect((hasMoved) => {
      this.#attempt += 1;
      if (this.#isPrepared && !hasMoved) {
        this.#options.onBack();
        this.#isLogChecked = false;
      }
      if (this.#isPrepared && !this.#isLogChecked) void this.#checkLog(connection.nc, this.#attempt);
      void this.#prepare(connection.nc, this.#attempt);
    });
    this.#attempt += 1;
    await this.#prepare(connection.nc, this.#attempt);
  }

  usable(): NatsConnection | undefined {
    return this.#isPrepared && this.#connection?.isUp() ? this.#connection.nc : undefined;
  }

  problem(): string | undefined {
    if (!this.#connection) return 'there is no connection to NATS yet';
    const problem = this.#connection.problem();
    if (problem) return problem;
    if (!this.#isPrepared) return 'NATS is there, and its streams are being prepared';
    return this.#isLogChecked ? undefined : 'NATS is back, and the session log is being looked at';
  }

  stores(): CommandStores {
    const stores = this.usable() && this.#isLogChecked ? this.#stores : undefined;
    if (!stores) throw new BrokerUnavailable('there is no connection to NATS');
    return stores;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // The first connection may never come; then there is nothing to close.
    if (this.#connection) await this.#connection.close();
  }

  /** Whether an attempt is over; a reconnect meanwhile has begun another, which decides. */
  #isOver(nc: NatsConnection, attempt: number): boolean {
    return this.#stopping.signal.aborted || nc.isClosed() || attempt !== this.#attempt;
  }

  async #checkLog(nc: NatsConnection, attempt: number): Promise<void> {
    while (!this.#isOver(nc, attempt)) {
      if (await this.#options.checkLog(nc)) {
        this.#isLogChecked ||= !this.#isOver(nc, attempt);
        return;
      }
      await pause(systemTimers, checkAgainMs, this.#stopping.signal);
    }
  }

  async #prepare(nc: NatsConnection, attempt: number): Promise<void> {
    const { streams, onReady, log } = this.#options;
    const outage = new OutageLog({
      log,
      level: 'warn',
      began: (error) => {
        const why =
          error instanceof BrokerDisconnected
            ? error.message
            : 'NATS is there, but its streams are not ready';
        return `${why}; trying again`;
      },
      causeOf: (error) => (error as Error).message,
      fields: (error) => ({ err: error }),
    });
    while (!this.#isOver(nc, attempt)) {
      try {
        await ensureStreams(nc, streams);
        this.#stores ??= {
          events: await JetStreamEventStore.open(nc),
          taskConfigs: taskConfigsOf(await TaskConfigStore.open(nc)),
        };
        await onReady(nc);
        if (!this.#isPrepared) await this.#checkLog(nc, attempt);
        this.#isPrepared ||= !this.#isOver(nc, attempt);
        return;
      } catch (error) {
        // At the start an unfit broker ends the service; one that runs continues trying, and answers what it can
        // meanwhile.
        if (error instanceof BrokerUnfit && attempt === 1) throw error;
        outage.failed(error);
        await pause(systemTimers, retryMs, this.#stopping.signal);
      }
    }
  }
}
