import { connect as connectTransport, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../runtime/logger.ts';
import { parseNatsAddress } from './nats-address.ts';

export type { NatsConnection } from '@nats-io/transport-node';

/** Whether the connection can be used, and since when without a break. */
export interface Connection {
  readonly nc: NatsConnection;
  isUp(): boolean;
  /** Called after every reconnect. What was watched may have been missed meanwhile. */
  onReconnect(listener: () => void): void;
  /** Sends what is still buffered, then closes; gives up after a few seconds when the broker is away. */
  close(): Promise<void>;
}

/**
 * Connects and stays connected for ever. The client's defaults would notice a dead peer only after about six
 * minutes and give up after ten attempts; pings every 2 s notice within about 6 s (3.0 s measured at 1 s).
 */
export async function connectNats(options: { url: string; name: string; log: Logger }): Promise<Connection> {
  const { url, name, log } = options;
  const nc = await connectTransport({
    ...parseNatsAddress(url),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    waitOnFirstConnect: true,
    pingInterval: 2_000,
    maxPingOut: 2,
    timeout: 5_000,
    // Every request would capture a stack for an error that it hardly ever has: a tenth of the supervisor's time.
    noAsyncTraces: true,
    inboxPrefix: `_INBOX_${name.replace(/[^A-Za-z0-9]/g, '_')}`,
  });
  let up = true;
  const listeners: (() => void)[] = [];
  log.info({ server: nc.getServer() }, 'connected to NATS');
  void (async () => {
    for await (const status of nc.status()) {
      switch (status.type) {
        case 'disconnect':
          up = false;
          log.warn({ server: status.server }, 'lost the connection to NATS; trying to reconnect');
          break;
        case 'reconnect':
          up = true;
          log.info({ server: status.server }, 'reconnected to NATS');
          for (const listener of listeners) listener();
          break;
        case 'error':
          log.error({ err: status.error }, 'NATS reported an error');
          break;
      }
    }
  })();
  return {
    nc,
    isUp: () => up && !nc.isClosed(),
    onReconnect: (listener) => listeners.push(listener),
    close: async () => {
      if (nc.isClosed()) return;
      if (!up) return nc.close();
      const giveUp = setTimeout(() => void nc.close(), 3_000);
      try {
        await nc.drain();
      } catch {
        await nc.close();
      } finally {
        clearTimeout(giveUp);
      }
    },
  };
}
