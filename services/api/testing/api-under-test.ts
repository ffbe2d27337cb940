import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

/** A started API, asked over HTTP. */
export interface ApiClient {
  readonly url: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Sends a body as JSON, with a key where one is given. */
  ask(
    method: string,
    path: string,
    request?: { key?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Sends a request as given, for bodies other than JSON. */
  raw(path: string, init: RequestInit): Promise<Answer>;
  ready(): Promise<void>;
}

export interface ApiUnderTest extends ApiClient {
  readonly process: RunningProcess;
}

export interface ApiSettings {
  readonly nats: string;
  readonly database: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A free port unless set. */
  readonly port?: number;
}

/** Starts the service as its own process, which is killed if it still runs when the test file is over. */
export async function startApi(settings: ApiSettings): Promise<ApiUnderTest> {
  const port = settings.port ?? (await freePort());
  const process_ = await startProcess({
    name: 'api',
    command: process.execPath,
    args: [builtProgram('api')],
    env: environmentOf(settings, port),
  });
  cleanUpAfterFile(() => process_.stop({ graceMs: 5_000 }));
  const howEnded = () => process_.exit && process_.lastLines(10).join('\n');
  return { ...apiClient(port, howEnded), process: process_ };
}

/** The settings of an API under test. */
export function environmentOf({ nats, database, env }: ApiSettings, port: number): Record<string, string> {
  return {
    NATS_URL: nats,
    DATABASE_URL: database,
    API_PORT: String(port),
    SESSIONS_MAX_BYTES: String(64 * 1024 * 1024),
    SAMPLES_MAX_BYTES: String(64 * 1024 * 1024),
    COUNTERS_FLUSH_MS: '200',
    // Lets a test read its own commands at once, even if the machine or its disk stalled for some seconds.
    READ_YOUR_WRITE_MS: '15000',
    ...env,
  };
}

/** @param howEnded undefined while the API runs */
export function apiClient(port: number, howEnded: () => string | undefined): ApiClient {
  const url = `http://127.0.0.1:${port}`;
  const raw = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: /json\b/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text || undefined,
    };
  };
  const request = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    raw(path, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url,
    raw,
    request: (method, path, body) => request(method, path, body),
    ask: (method, path, { key, body, headers } = {}) =>
      request(method, path, body, {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...headers,
      }),
    get: (path) => request('GET', path),
    post: (path, body, headers) => request('POST', path, body, headers),
    ready: async () => {
      const outcome = await eventually(
        async () => {
          if (howEnded() !== undefined) return 'ended';
          return (await request('GET', '/health/ready')).status === 200 ? 'ready' : undefined;
        },
        { what: 'the API to be ready' },
      );
      if (outcome === 'ended') throw new Error(`the API has ended:\n${howEnded()}`);
    },
  };
}

/** Number of configured devices: each gets its own unit id, as far as there are enough. */
let configured = 0;

/** Configures a device with two points and a task that reads it; returns the task's id. */
export async function configureTask(api: Pick<ApiClient, 'post'>, code: string): Promise<number> {
  const created = async (kind: string, body: unknown): Promise<number> => {
    const answer = await api.post(`/api/config/${kind}/`, body);
    if (answer.status !== 201) throw new Error(`${kind}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  // Test files share this count, in any order; lower unit ids are left to tests that name one.
  configured = (configured % 147) + 1;
  const place = { host: '127.0.0.1', unit_id: 100 + configured };
  const device = await created('devices', { code: `${code}-device`, ...place });
  for (const address of [0, 1]) {
    await created('points', {
      device_id: device,
      code: `value-${address}`,
      table: 'holding_register',
      address,
      data_type: 'int16',
    });
  }
  return created('tasks', { code, name: `Task ${code}`, period_ms: 1_000, device_ids: [device] });
}

export const sessionsPath = '/api/acquisition/sessions';

/**
 * Starts a task; tries again, as the API says, if the broker did not answer within two seconds, since nothing was
 * changed then.
 */
export async function startTask(api: Pick<ApiClient, 'post'>, taskId: number): Promise<string> {
  const answer = await eventually(
    async () => {
      const tried = await api.post(`${sessionsPath}/start-task/`, { task_id: taskId });
      return tried.body.code !== 'broker_unavailable' && tried;
    },
    { what: 'the broker to answer' },
  );
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.session_id;
}

/** The problem that is answered while something needed is unavailable. */
export const unavailable = (code: string) => ({ status: 503, body: { code, status: 503 } });
