import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import {
  AuthorizationError,
  type NatsConnection,
  NatsConnectionImpl,
  type NodeConnectionOptions,
  nkeyAuthenticator,
  setTransportFactory,
} from '@nats-io/transport-node';
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import { inboxPrefix } from '../../contracts/subjects.ts';
import type { BrokerAccess } from '../../runtime/config.ts';
import type { Logger } from '../../runtime/logger.ts';
import { OutageLog } from '../../runtime/outage-log.ts';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { BrokerAnswers } from './broker-answers.ts';
import { closeAtOnce } from './close-at-once.ts';
import { parseNatsAddress } from './nats-address.ts';
import { publicKeyOf } from './nkey-pair.ts';
import { NodeChoice } from './node-choice.ts';
import { watchNode } from './node-watch.ts';

export { AuthorizationError, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';

/** Whether the connection can be used, and since when without a break. */
export interface Connection {
  readonly nc: NatsConnection;
  isUp(): boolean;
  /** Why the broker cannot be used now, in words, or undefined if it can, as far as it has answered. */
  problem(): string | undefined;
  /**
   * Called after every reconnect. Watchers may have missed something meanwhile.
   * @param listener receives whether the client only moved to another node, while the brokers answered all the time
   */
  onReconnect(listener: (hasMoved: boolean) => void): void;
  /** Sends what is still buffered, then closes; gives up after a few seconds when the broker is unavailable. */
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
     * A stream that the service cannot do without. It is checked again and again, and a node that does not answer is
     * left for another one.
     */
    readonly needs?: string;
  },
): Promise<Connection> {
  const { name, log, needs } = options;
  const choice = new NodeChoice();
  /** Refusals in a row since the last connection. */
  let refusals = 0;
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  /** Zero when the last refusal is long ago: then the broker is unavailable rather than refusing us. */
  const recentRefusals = () => (performance.now() - refusedAtMs < 2 * longestWaitMs ? refusals : 0);
  const clientOptions: NodeConnectionOptions = {
    ...accessOptions(options),
    name,
    maxReconnectAttempts: -1,
    // Otherwise the client closes the connection for good at the second refusal, even months after the first.
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => Math.min(250 * 2 ** recentRefusals(), longestWaitMs) + Math.random() * 250,
    pingInterval: 2_000,
    maxPingOut: 2,
    timeout: connectTimeoutMs,
    // Otherwise every request captures a stack for an error that hardly ever happens: a tenth of the supervisor's time.
    noAsyncTraces: true,
    inboxPrefix: inboxPrefix(name),
    reconnectToServer: choice.pick,
  };
  const nc = await firstConnection(options, clientOptions);
  const answers = BrokerAnswers.of(nc);
  let up = true;
  let isMoving = false;
  let watch: ReturnType<typeof watchNode> | undefined;
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
        // For each refused attempt the client reports a lost connection, and afterwards as many reconnects.
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
          void watch?.ask();
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
    watch = watchNode({
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

/** Time for a connection to one node, which takes three round trips. */
const connectTimeoutMs = 5_000;

/** Longest wait between two attempts of a refused service: its key may have been taken away on purpose. */
const longestWaitMs = 10_000;

/** Time without an answer after which NATS counts as unusable. */
const unusableAfterMs = 5_000;

/** Options of a connection that is made to ask one question. */
const oneLook: NodeConnectionOptions = {
  reconnect: false,
  maxReconnectAttempts: 0,
  ignoreClusterUpdates: true,
  timeout: connectTimeoutMs,
};

/** The nodes that the setting names; if it names only one, the nodes that this one reports. */
function nodesOf(servers: NodeConnectionOptions['servers'], nc: NatsConnection): readonly string[] {
  const addresses = [servers ?? []].flat();
  const nodes = addresses.length > 1 ? addresses : (nc.info?.connect_urls ?? []);
  return nodes.map((node) => (/:\d+$/.test(node) ? node : `${node}:4222`));
}

/**
 * The client's transport, except that an attempt which is given up leaves no socket behind. By itself the client forgets
 * one to a server that is frozen or cannot be reached (3.4.0). It stays open until the kernel gives up, minutes later,
 * and each look at such a node adds another.
 */
class OwnTransport extends NodeTransport {
  override dial({ hostname, port }: { readonly hostname: string; readonly port: number }): Promise<Socket> {
    const socket = createConnection(port, hostname);
    this.socket = socket;
    socket.setNoDelay(true);
    return new Promise((resolve, reject) => {
      let failure: Error | undefined;
      socket.once('connect', () => {
        socket.removeAllListeners();
        resolve(socket);
      });
      socket.on('error', (error) => {
        failure = error;
      });
      socket.on('close', () => reject(failure));
    });
  }

  override async close(error?: Error): Promise<void> {
    await super.close(error);
    this.discard();
  }
}

/** As the client's own `connect`, with our transport. */
function connectTransport(options: NodeConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new OwnTransport(), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
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
 * Whether NATS refuses us because it does not know us. A timeout of the authentication is no refusal: an overloaded
 * machine takes longer than the 2 s that NATS allows.
 */
function isRefusal(error: unknown): error is AuthorizationError {
  // By its text: the protocol has no code for it.
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

/** Leaves out keys without a value: the transport would take them as set. */
function present(tls: BrokerAccess['tls'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}

/**
 * The seed of our key, read from its file at each connection: a renewed key needs no restart. Never throws, since the
 * client would then close its connection for good (@nats-io/nats-core 3.4.0): a file that is unreadable, or holds no
 * seed, leaves the former seed in use.
 */
function seedInUse(seed: string, { nkeySeedFile: file }: Pick<BrokerAccess, 'nkeySeedFile'>): () => string {
  let inUse = seed;
  return () => {
    try {
      const newSeed = file === undefined ? inUse : readFileSync(file, 'utf8').trim();
      if (!publicKeyOf(newSeed).startsWith('U')) throw new TypeError('not the seed of a user');
      inUse = newSeed;
    } catch {
      // The file was taken away, is half written, or holds no user's seed.
    }
    return inUse;
  };
}
