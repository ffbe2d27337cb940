import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { startNatsServer } from '@holdfast/dev/nats-server.ts';
import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import type { IdentitiesForTest } from '@holdfast/test/support/identities-for-test.ts';
import { type BenchmarkContext, InvalidMeasurement } from '../benchmark.ts';
import { type FleetProcess, startFleetProcess } from '../fleet/fleet-process.ts';
import { until } from '../fleet/until.ts';

/** The API as it is installed: with a broker that syncs every write, a database that does, keys and audit log. */
export interface MeasuredApi {
  readonly url: string;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  /** Everything that is written lies in it; removed at the end. */
  readonly folder: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly process: FleetProcess;
  /** The processes that were started; PostgreSQL's work is done by its children. */
  readonly pids: { readonly api: number; readonly broker: number; readonly database: number };
  /** Starts a second process of the API. @returns its address */
  another(): Promise<string>;
  /** The measuring process's own connection. */
  readonly nc: NatsConnection;
  /** POSTs and gives the body. @throws InvalidMeasurement unless it was answered with 2xx */
  create(path: string, body: unknown): Promise<Created>;
  /** The body as it is. @throws InvalidMeasurement unless it was answered with 2xx */
  read(path: string): Promise<string>;
}

/** Fields of whatever was made. */
interface Created {
  readonly id: number;
  readonly session_id?: string;
  readonly key?: string;
  readonly password_link?: { readonly link: string };
}

/**
 * @param options.identities keys, accounts and permissions as an installation has them; without them the broker lets every
 *   client do everything
 * @param options.settings of the API, in place of those that it has here
 */
export async function startMeasuredApi(
  { cleanUp, profileFolder }: BenchmarkContext,
  {
    identities,
    settings = {},
  }: {
    readonly identities?: IdentitiesForTest;
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<MeasuredApi> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startNatsServer({
    ...{ storeDir: join(folder, 'nats'), syncInterval: 'always', maxBufferedMessages: 2_000 },
    configLines: identities?.configLines ?? [],
  });
  cleanUp.defer(async () => void (await server.stop()));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  cleanUp.defer(async () => void (await postgres.stop()));
  const connection = await connectNats({
    url: identities?.ownUrl(server) ?? server.url,
    name: 'bench',
    log: createLogger('bench', 'fatal'),
  });
  cleanUp.defer(() => connection.nc.close());
  const key = formatApiKey({
    id: randomBytes(4).toString('hex'),
    secret: randomBytes(32).toString('base64url'),
  });
  const databaseUrl = await postgres.createDatabase('api');
  const started = async () => {
    const api = await startFleetProcess(
      'api',
      {
        NATS_URL: server.url,
        DATABASE_URL: databaseUrl,
        API_PORT: '0',
        API_BOOTSTRAP_KEY: key,
        API_ANONYMOUS_LOOPBACK: 'true',
        // Requests are counted as for every caller, but never reach this limit.
        API_REQUESTS_PER_MINUTE: '10000000',
        API_COMMANDS_PER_MINUTE: '0',
        API_LOGINS_PER_MINUTE: '10000000',
        SAMPLES_MAX_BYTES: String(64 * 1024 ** 2),
        ...(identities ? { NATS_NKEY_SEED: identities.seed('api') } : {}),
        ...settings,
      },
      profileFolder,
    );
    cleanUp.defer(async () => void (await api.process.stop({ graceMs: 30_000 })));
    const listens = () =>
      /http:\/\/127\.0\.0\.1:\d+/.exec(String(api.lastLogLine('takes requests at')?.msg))?.[0];
    await until('the API to listen', () => listens() !== undefined, api.check);
    const url = listens() ?? '';
    const isReady = async () => (await fetch(`${url}/health/ready`)).status === 200;
    await until('the API to be ready', isReady, api.check);
    return { api, url };
  };
  const { api, url } = await started();

  const headers = { authorization: `Bearer ${key}` };
  const answered = async (response: Response): Promise<string> => {
    const text = await response.text();
    if (!response.ok) throw new InvalidMeasurement(`${response.url}: ${response.status} ${text}`);
    return text;
  };
  return {
    url,
    natsUrl: server.url,
    databaseUrl,
    folder,
    headers,
    process: api,
    pids: { api: api.process.pid, broker: server.pid, database: postgres.pid },
    nc: connection.nc,
    another: async () => (await started()).url,
    create: async (path, body) =>
      JSON.parse(
        await answered(
          await fetch(`${url}${path}`, {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
        ),
      ),
    read: async (path) => answered(await fetch(`${url}${path}`, { headers })),
  };
}
