import { rm, writeFile } from 'node:fs/promises';
import { KilledBeforeReady } from '../child-process.ts';
import { type PostgresServer, startPostgres } from '../embedded-postgres.ts';
import { LocalServerError } from '../local-server-error.ts';
import { type NatsServer, startNatsServer } from '../nats-server.ts';
import type { BrokerKeys } from './broker-keys.ts';
import type { HomeFolder } from './home-folder.ts';
import type { LogStream } from './log-stream.ts';
import { natsLines, postgresLines } from './process-lines.ts';
import { StackError } from './stack-error.ts';
import type { LiveProcess } from './supervised-child.ts';

const DATABASE = 'holdfast';

export interface LocalServer {
  readonly spawn: () => Promise<LiveProcess>;
}

/** nats-server with JetStream. It listens on the given port or not at all. */
export function natsServer(options: {
  readonly home: HomeFolder;
  readonly port: number;
  readonly monitorPort: number;
  readonly keys: BrokerKeys;
  readonly logs: LogStream;
}): LocalServer {
  let server: NatsServer | undefined;
  // Both signals shut it down regularly, but after SIGTERM its exit code is 1.
  const liveBroker = (started: NatsServer): LiveProcess => ({
    ...live(started),
    stop: () => started.stop({ signal: 'SIGINT' }),
  });
  return {
    spawn: async () => {
      if (server !== undefined) {
        await server.restart();
        return liveBroker(server);
      }
      server = await startNatsServer({
        storeDir: options.home.natsStore,
        port: options.port,
        monitorPort: options.monitorPort,
        // The stream of events is the truth: a command that was answered with success must survive even a power cut.
        syncInterval: 'always',
        // What one collector sends too fast is refused; without a bound, 40,000 messages delay all others by 15 s.
        maxBufferedMessages: 2_000,
        // The default shrinks as the disk fills, and then existing streams would not fit any more.
        maxFileStore: '16GB',
        configLines: options.keys.configLines,
        log: natsLines('nats', options.logs),
      });
      return liveBroker(server);
    },
  };
}

export interface LocalPostgres extends LocalServer {
  /** URL of Holdfast's own database, password included: never log it. Known after the first start. */
  readonly databaseUrl: () => string;
}

export function postgresServer(options: {
  readonly home: HomeFolder;
  readonly port: number;
  readonly logs: LogStream;
}): LocalPostgres {
  const { home, port, logs } = options;
  let server: PostgresServer | undefined;
  let databaseUrl: string | undefined;
  let isUp = false;
  const log = postgresLines('postgres', logs, () => isUp);
  const liveDatabase = (started: PostgresServer): LiveProcess => {
    isUp = true;
    void started.exited.then(() => {
      isUp = false;
    });
    return {
      ...live(started),
      stop: () => {
        isUp = false;
        return started.stop();
      },
    };
  };
  return {
    databaseUrl: () => {
      if (databaseUrl === undefined) throw new Error('PostgreSQL has not been started');
      return databaseUrl;
    },
    spawn: async () => {
      if (server !== undefined) {
        await server.restart();
        return liveDatabase(server);
      }
      const started = await startPostgres({ dataDir: home.postgresData, port, log }).catch(
        (error: unknown) => {
          throw withWholeFolder(error, home);
        },
      );
      try {
        databaseUrl = await started.createDatabase(DATABASE);
        // Its port may be another one than at the last start.
        await rm(home.databaseUrlFile, { force: true });
        await writeFile(home.databaseUrlFile, databaseUrl, { mode: 0o600 });
      } catch (error) {
        const exit = await started.stop();
        throw exit.signal === 'SIGKILL'
          ? new KilledBeforeReady({ name: 'postgres', pid: started.pid }, exit)
          : error;
      }
      server = started;
      return liveDatabase(started);
    },
  };
}

/** Advises to move the whole folder: the database mirrors the session log, which would know more than a new database. */
function withWholeFolder(error: unknown, home: HomeFolder): unknown {
  if (!(error instanceof LocalServerError) || error.code !== 'data_of_other_version') return error;
  return new StackError(
    `${error.message}\nThe local stack keeps its session log next to it, and the two belong together. To begin with ` +
      `nothing, move the whole folder away: mv ${home.path} ${home.path}-old`,
    { cause: error },
  );
}

/** These servers need no further wait: their start has waited until they were ready. */
function live(server: NatsServer | PostgresServer): Omit<LiveProcess, 'stop'> {
  return { pid: server.pid, exited: server.exited, untilReady: async () => {} };
}
