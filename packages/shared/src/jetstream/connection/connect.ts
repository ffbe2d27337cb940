import {
  AuthorizationError,
  connect as connectTransport,
  type NatsConnection,
  type NodeConnectionOptions,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import { inboxPrefix } from '../../contracts/subjects.ts';
import type { BrokerAccess } from '../../runtime/config.ts';
import type { Logger } from '../../runtime/logger.ts';
import { OutageLog } from '../../runtime/outage-log.ts';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { BrokerAnswers } from './broker-answers.ts';
import { closeAtOnce } from './close-at-once.ts';
import { parseNatsAddress } from './nats-address.ts';
import { NodeChoice } from './node-choice.ts';
import { watchNode } from './node-watch.ts';
import { seedInUse } from './seed-in-use.ts';

export { type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';

/** Whether the connection can be used, and since when without a break. */
export interface Connection {
  readonly nc: NatsConnection;
  isUp(): boolean;
  /** Why the broker cannot be used now, in words; undefined when it can, as far as it has answered. */
  problem(): string | undefined;
  /**
   * Called after every reconnect. What was watched may have been missed meanwhile.
   * @param listener is told whether the client only moved to another node, of brokers that answered all the time
   */
  onReconnect(listener: (hasMoved: boolean) => void): void;
  /** Sends what is still buffered, then closes; gives up after a few seconds when the broker is away. */
  close(): Promise<void>;
}

/**
 * Connects, however long the broker takes to come, and stays connected for ever. The client's defaults would notice a dead peer only after about six
 * minutes and give up after ten attempts; pings every 2 s notice within about 6 s (3.0 s measured at 1 s).
 */
export async function connectNats(
  options: BrokerAccess & {
    /** `<service>` or `<service>-<which>`; names the inboxes as well, see `inboxPrefix`. */
    readonly name: string;
    readonly log: Logger;
    /** Ends the wait for a first connection. */
    readonly signal?: AbortSignal;
    /**
     * A stream that the service cannot do without: whether it can be used is asked again and again, and a node that does not
     * answer is left for another one.
     */
    readonly needs?: string;
  },
): Promise<Connection> {
  const { name, log, needs } = options;
  const choice = new NodeChoice();
  /** In a row, since there was a connection last. */
  let refusals = 0;
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  /** None once nobody has refused us for so long: then nobody is there. */
  const recentRefusals = () => (performance.now() - refusedAtMs < 2 * longestWaitMs ? refusals : 0);
  const clientOptions: NodeConnectionOptions = {
    ...accessOptions(options),
    name,
    maxReconnectAttempts: -1,
    // The client would close the connection for good when it is refused for the second time, be that months after the first.
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => Math.min(250 * 2 ** recentRefusals(), longestWaitMs) + Math.random() * 250,
    pingInterval: 2_000,
    maxPingOut: 2,
    timeout: 5_000,
    // Every request would capture a stack for an error that it hardly ever has: a tenth of the supervisor's time.
    noAsyncTraces: true,
    inboxPrefix: inboxPrefix(name),
    reconnectToServer: choice.pick,
  };
  const nc = await firstConnection(options, clientOptions);
  const answers = BrokerAnswers.of(nc);
  let up = true;
  let isMoving = false;
  const listeners: ((hasMoved: boolean) => void)[] = [];
  log.info({ server: nc.getServer() }, 'connected to NATS');
  const refused = new OutageLog({
    log,
    began: 'NATS refuses us, as it does not know our key or password; asking again until it does',
    causeOf: reasonOf,
  });
  void (async () => {
    for await (const status of nc.status()) {
      switch (status.type) {
        case 'staleConnection':
          closeAtOnce(nc);
          break;
        // The client tells of each attempt that was refused that the connection was lost, and afterwards as often that it is back.
        case 'disconnect':
          if (!up) break;
          up = false;
          log.warn({ server: status.server }, 'lost the connection to NATS; trying to reconnect');
          break;
        case 'reconnect':
          if (up) break;
          up = true;
          refusals = 0;
          refused.worked();
          choice.arrived();
          answers.forget();
          log.info({ server: status.server }, 'reconnected to NATS');
          for (const listener of listeners) listener(isMoving);
          isMoving = false;
          break;
        case 'error':
          if (isRefusal(status.error)) {
            refusals = recentRefusals() + 1;
            refusedAtMs = performance.now();
            refused.failed(status.error);
          } else log.error({ err: status.error }, 'NATS reported an error');
          break;
      }
    }
  })();
  const isUp = () => up && !nc.isClosed();
  if (needs !== undefined) {
    watchNode({
      ...{ nc, answers, choice, isUp, stream: needs, log },
      nodes: () => nodesOf(clientOptions.servers, nc),
      dial: (node) => connectTransport({ ...clientOptions, ...oneLook, servers: [node] }),
      onMove: () => {
        isMoving = true;
      },
    });
  }
  return {
    nc,
    isUp,
    problem: () => {
      if (!isUp()) {
        return recentRefusals() === 0
          ? 'there is no connection to NATS'
          : 'NATS does not know our key or password';
      }
      const silentMs = answers.silentForMs();
      if (silentMs < unusableAfterMs) return undefined;
      return `NATS has given no answer that counts for ${Math.round(silentMs / 1_000)} s: ${answers.why()}`;
    },
    onReconnect: (listener) => listeners.push(listener),
    close: async () => {
      if (nc.isClosed()) return;
      if (!up) return nc.close();
      const giveUp = setTimeout(() => void nc.close(), 3_000);
      try {
        // A drain under way when the connection is closed never ends.
        await Promise.race([nc.drain(), nc.closed()]);
      } catch {
        await nc.close();
      } finally {
        clearTimeout(giveUp);
      }
    },
  };
}

/** Between two attempts of a service that is refused: who took its key away may have meant it. */
const longestWaitMs = 10_000;

/** Time without an answer after which NATS counts as unusable. */
const unusableAfterMs = 5_000;

/** A connection that is made to ask one thing. */
const oneLook: NodeConnectionOptions = {
  reconnect: false,
  maxReconnectAttempts: 0,
  ignoreClusterUpdates: true,
  timeout: 3_000,
};

/** The nodes as the setting names them; where it names one alone, those that it tells of. */
function nodesOf(servers: NodeConnectionOptions['servers'], nc: NatsConnection): readonly string[] {
  const named = [servers ?? []].flat();
  const nodes = named.length > 1 ? named : (nc.info?.connect_urls ?? []);
  return nodes.map((node) => (/:\d+$/.test(node) ? node : `${node}:4222`));
}

const firstConnectionPauseMs = 250;

/**
 * Waits for a broker that is not there yet. The client can do that itself, but says nothing of why it waits, and a
 * certificate that does not fit would look like a broker that is slow to start.
 * @throws AuthorizationError: waiting does not make us known
 */
async function firstConnection(
  { log, signal }: { readonly log: Logger; readonly signal?: AbortSignal },
  options: NodeConnectionOptions,
): Promise<NatsConnection> {
  const outage = new OutageLog({
    log,
    level: 'warn',
    began: (error) => `no connection to NATS yet: ${reasonOf(error)}`,
    causeOf: reasonOf,
    fields: (error) => ({ servers: options.servers, why: reasonOf(error) }),
  });
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await connectTransport(options);
    } catch (error) {
      if (isRefusal(error) || error instanceof TypeError) throw error;
      outage.failed(error);
      await pause(systemTimers, firstConnectionPauseMs, signal);
    }
  }
}

/**
 * Whether NATS does not know us. A machine that is overloaded takes longer than the 2 s in which it wants to know who we are, which is none: its
 * protocol has words and no code for that.
 */
function isRefusal(error: unknown): error is AuthorizationError {
  return error instanceof AuthorizationError && !/^authentication timeout$/i.test(error.message);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function accessOptions({ url, nkeySeed, nkeySeedFile, tls }: BrokerAccess): NodeConnectionOptions {
  const { servers, user, pass, needsTls } = parseNatsAddress(url);
  const seed = nkeySeed === undefined ? undefined : seedInUse(nkeySeed, { nkeySeedFile });
  return {
    servers,
    ...(seed === undefined
      ? user !== undefined && { user, pass: pass ?? '' }
      : { authenticator: nkeyAuthenticator(() => new TextEncoder().encode(seed())) }),
    // Also without any file: then the machine's own certificate authorities count.
    ...((tls ?? needsTls) && { tls: present(tls) }),
  };
}

/** The transport takes a key that is there without a value for one. */
function present(tls: BrokerAccess['tls'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
