import { BrokerUnfit } from '@holdfast/shared/jetstream/connection/broker-unfit.ts';
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
import { ensureStreams, type StreamSettings } from '@holdfast/shared/jetstream/streams/streams.ts';
import type { BrokerAccess } from '@holdfast/shared/runtime/config.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
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
  isUp(): boolean;
  /** The log while the broker can be used. */
  sessionLog(): SessionLog | undefined;
  /** @throws BrokerUnavailable at once, so that no request hangs for a broker that is known to be away */
  stores(): CommandStores;
  /** For adapters of other ports. @throws BrokerUnavailable at once */
  connection(): NatsConnection;
  stop: Stop;
}

const retryMs = 1_000;

function taskConfigsOf(store: TaskConfigStore): TaskConfigs {
  return {
    load: (taskId, version) => store.load(taskId, version),
    has: (config) => store.has(config),
    put: async (config) => {
      try {
        return await store.put(config);
      } catch (error) {
        throw error instanceof TaskConfigStoreFull ? new TaskConfigsFull(error, { cause: error }) : error;
      }
    },
  };
}

/**
 * The connection to NATS, made in the background: an API without a broker still serves reads. After every
 * connection the streams are made sure of (a broker restart forgets those in memory) and `onReady` runs before
 * commands are taken again.
 */
export function startBroker(options: {
  access: BrokerAccess;
  name: string;
  streams: StreamSettings;
  log: Logger;
  onReady: (nc: NatsConnection) => Promise<void>;
  /** It will not get better by waiting: an address or credentials that cannot be used. */
  onFatal: (error: unknown) => void;
}): Broker {
  const { log, onReady } = options;
  const stopping = new AbortController();
  let connection: Connection | undefined;
  let stores: CommandStores | undefined;
  let ready = false;
  let attempt = 0;

  const prepare = async (nc: NatsConnection): Promise<void> => {
    ready = false;
    attempt += 1;
    const mine = attempt;
    let said: string | undefined;
    while (!stopping.signal.aborted && mine === attempt && !nc.isClosed()) {
      try {
        await ensureStreams(nc, options.streams);
        stores ??= {
          events: await JetStreamEventStore.open(nc),
          taskConfigs: taskConfigsOf(await TaskConfigStore.open(nc)),
        };
        await onReady(nc);
        // A reconnect meanwhile has begun a preparation of its own, which decides.
        if (mine === attempt) ready = true;
        return;
      } catch (error) {
        // At the start it is refused; a service that works goes on trying, and answers what it can meanwhile.
        if (error instanceof BrokerUnfit && mine === 1) throw error;
        const why = error instanceof Error ? error.message : String(error);
        if (why !== said) log.warn({ err: error }, `NATS cannot be used yet, trying again: ${why}`);
        said = why;
        await pause(systemTimers, retryMs, stopping.signal);
      }
    }
  };

  const connecting = (async () => {
    const made = await connectNats({ ...options.access, name: options.name, log });
    if (stopping.signal.aborted) return made.close();
    connection = made;
    made.onReconnect(() => void prepare(made.nc));
    await prepare(made.nc);
  })();
  connecting.catch(options.onFatal);

  const isUp = () => ready && connection?.isUp() === true;
  return {
    isUp,
    sessionLog: () => (isUp() && connection ? jetStreamSessionLog(connection.nc) : undefined),
    stores: () => {
      if (!isUp() || !stores) throw new BrokerUnavailable('there is no connection to NATS');
      return stores;
    },
    connection: () => {
      if (!isUp() || !connection) throw new BrokerUnavailable('there is no connection to NATS');
      return connection.nc;
    },
    stop: async () => {
      stopping.abort();
      // The first connection may never come; then there is nothing to close.
      if (connection) await connection.close();
    },
  };
}
