import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findNatsServer } from '../setup/nats-server/find-nats-server.mjs';
import { BOUNDS_WAITING_MESSAGES, isNewEnough } from '../setup/nats-server/versions.mjs';
import {
  KilledBeforeReady,
  type ProcessExit,
  type RunningProcess,
  type StopOptions,
  startProcess,
} from './child-process.ts';
import { portIsFree } from './free-port.ts';
import type { LineLog } from './line-log.ts';
import { LocalServerError } from './local-server-error.ts';

export interface NatsServerOptions {
  /** Holds everything of this server: its configuration file and, below `jetstream/`, the streams. */
  readonly storeDir: string;
  /** Default: a free one, which the server itself picks. */
  readonly port?: number;
  /** Port of the HTTP monitoring. Default: a free one. */
  readonly monitorPort?: number;
  /** Default `holdfast`. */
  readonly serverName?: string;
  /** How often JetStream syncs to disk, e.g. `2m` (its own default) or `always`. */
  readonly syncInterval?: string;
  /** Messages that may wait to be stored in one stream; the broker refuses more. Ignored before nats-server 2.11. */
  readonly maxBufferedMessages?: number;
  /** Bound on all streams on disk, e.g. `10GB`. Default: JetStream's own, 75 % of what is free. */
  readonly maxFileStore?: string;
  /** Further top-level lines of the configuration file. */
  readonly configLines?: readonly string[];
  readonly log?: LineLog;
  /** Default 30 s. A store with many messages takes its time to recover. */
  readonly readyTimeoutMs?: number;
}

export interface NatsServer {
  /** `nats://127.0.0.1:<port>`; stays the same over `restart`. */
  readonly url: string;
  readonly port: number;
  readonly monitorUrl: string;
  readonly monitorPort: number;
  readonly storeDir: string;
  readonly configFile: string;
  /** The process that runs now, or ran last. */
  readonly pid: number;
  /** The end of the process that runs now, or ran last. */
  readonly exited: Promise<ProcessExit>;
  lastLines(count: number): string[];
  /** Regular shutdown; safe to repeat. */
  stop(options?: StopOptions): Promise<ProcessExit>;
  /** kill -9. */
  kill(): Promise<ProcessExit>;
  /** Starts the server again on the same ports and streams; stops it first where it still runs. */
  restart(): Promise<void>;
}

const DEFAULT_READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 20;

/**
 * Starts this machine's nats-server with JetStream on 127.0.0.1 and returns when JetStream has recovered its streams.
 *
 * Rejects with `LocalServerError`: `not_installed`, `port_taken`, `exited`, `not_ready`.
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { program, passedOver } = await findNatsServer();
  if (program === undefined) {
    const tooOld = passedOver.map(({ path, why }) => `${path} ${why}. `).join('');
    throw new LocalServerError(
      'not_installed',
      `There is no nats-server here that will do. ${tooOld}Bring one: node dev/bootstrap.mjs prepare`,
    );
  }
  for (const port of [options.port, options.monitorPort]) {
    if (port !== undefined && !(await portIsFree(port))) {
      throw new LocalServerError(
        'port_taken',
        `nats-server: something else listens on 127.0.0.1:${port} already.`,
      );
    }
  }
  const { maxBufferedMessages, ...others } = options;
  const boundsWaiting = isNewEnough(program.version, BOUNDS_WAITING_MESSAGES);
  const server = new LocalNatsServer(program.path, {
    ...others,
    ...(boundsWaiting && maxBufferedMessages !== undefined ? { maxBufferedMessages } : {}),
  });
  await server.restart();
  return server;
}

interface Ports {
  readonly client: number;
  readonly monitor: number;
}

class LocalNatsServer implements NatsServer {
  readonly storeDir: string;
  readonly configFile: string;
  readonly #command: string;
  readonly #options: NatsServerOptions;
  #ports: Ports | undefined;
  #process: RunningProcess | undefined;

  constructor(command: string, options: NatsServerOptions) {
    this.#command = command;
    this.#options = options;
    this.storeDir = options.storeDir;
    this.configFile = join(options.storeDir, 'nats-server.conf');
  }

  get port(): number {
    return this.#knownPorts.client;
  }

  get monitorPort(): number {
    return this.#knownPorts.monitor;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get monitorUrl(): string {
    return `http://127.0.0.1:${this.monitorPort}`;
  }

  get pid(): number {
    return this.#lastProcess.pid;
  }

  get exited(): Promise<ProcessExit> {
    return this.#lastProcess.exited;
  }

  lastLines(count: number): string[] {
    return this.#lastProcess.lastLines(count);
  }

  stop(options?: StopOptions): Promise<ProcessExit> {
    return this.#lastProcess.stop(options);
  }

  kill(): Promise<ProcessExit> {
    return this.#lastProcess.kill();
  }

  async restart(): Promise<void> {
    await this.#process?.stop();
    const portsDir = join(this.storeDir, 'ports');
    // A killed server leaves its file behind, and process ids are used again.
    await rm(portsDir, { recursive: true, force: true });
    await mkdir(portsDir, { recursive: true, mode: 0o700 });
    // All samples, events and logins are below; the folder may be there already under another umask.
    await chmod(this.storeDir, 0o700);
    await writeFile(this.configFile, this.#configuration(portsDir), { mode: 0o600 });
    this.#process = await startProcess({
      name: 'nats-server',
      command: this.#command,
      args: ['--config', this.configFile],
      ...(this.#options.log === undefined ? {} : { log: this.#options.log }),
    });
    const started = this.#process;
    try {
      this.#ports = await this.#untilReady(started, join(portsDir, `nats-server_${started.pid}.ports`));
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  get #knownPorts(): Ports {
    if (this.#ports === undefined) throw new Error('nats-server has not been started');
    return this.#ports;
  }

  get #lastProcess(): RunningProcess {
    if (this.#process === undefined) throw new Error('nats-server has not been started');
    return this.#process;
  }

  #configuration(portsDir: string): string {
    const { port, monitorPort, serverName, syncInterval, maxBufferedMessages, maxFileStore, configLines } =
      this.#options;
    // Port -1 lets the server pick: no other process can take the port between the choice and the start.
    const clientPort = this.#ports?.client ?? port ?? -1;
    const httpPort = this.#ports?.monitor ?? monitorPort ?? -1;
    const lines = [
      '# Written at every start.',
      `server_name: ${JSON.stringify(serverName ?? 'holdfast')}`,
      `listen: "127.0.0.1:${clientPort}"`,
      `http: "127.0.0.1:${httpPort}"`,
      `ports_file_dir: ${JSON.stringify(portsDir)}`,
      'jetstream {',
      `  store_dir: ${JSON.stringify(this.storeDir)}`,
      ...(syncInterval === undefined ? [] : [`  sync_interval: ${syncInterval}`]),
      ...(maxBufferedMessages === undefined ? [] : [`  max_buffered_msgs: ${maxBufferedMessages}`]),
      ...(maxFileStore === undefined ? [] : [`  max_file_store: ${maxFileStore}`]),
      '}',
      ...(configLines ?? []),
    ];
    return `${lines.join('\n')}\n`;
  }

  async #untilReady(started: RunningProcess, portsFile: string): Promise<Ports> {
    const timeoutMs = this.#options.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS;
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (started.exit !== undefined) throw exitedEarly(started, started.exit);
      const ports = await readPorts(portsFile);
      if (ports !== undefined && (await isHealthy(ports.monitor))) return ports;
      await sleep(READY_POLL_MS);
    }
    throw new LocalServerError(
      'not_ready',
      `nats-server was not ready after ${timeoutMs} ms. Its last lines:\n${started.lastLines(10).join('\n')}`,
    );
  }
}

function exitedEarly(started: RunningProcess, exit: ProcessExit): Error {
  if (exit.signal !== null) return new KilledBeforeReady(started, exit);
  const lines = started.lastLines(10).join('\n');
  return new LocalServerError(
    'exited',
    `nats-server ended with exit code ${exit.code} before it was ready. Its last lines:\n${lines}`,
  );
}

/** The server writes this file once it listens; it is empty or cut short for a moment. */
async function readPorts(portsFile: string): Promise<Ports | undefined> {
  try {
    const content = JSON.parse(await readFile(portsFile, 'utf8')) as Record<string, string[] | undefined>;
    const client = portOf(content.nats?.[0]);
    const monitor = portOf(content.monitoring?.[0]);
    return client === undefined || monitor === undefined ? undefined : { client, monitor };
  } catch {
    return undefined;
  }
}

function portOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : Number(new URL(url).port);
}

/** `/healthz` answers 200 only when JetStream is on and has recovered every stream and consumer. */
async function isHealthy(monitorPort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, {
      signal: AbortSignal.timeout(2_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
