import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Text } from '@holdfast/texts/text.ts';
import { sql } from 'kysely';
import type { GrantedSites, SiteAccess } from '../access/granted-sites.ts';
import { specOf } from '../configuration/device-specs.ts';
import { type KindsOfStore, kindFaultsOrNone } from '../configuration/stored-kinds.ts';
import type { Database } from '../database/open-database.ts';
import { ListFileRefused } from '../spreadsheets/read/list-file.ts';
import type { StoredDevices, StoredPoint } from './configuration-of-devices.ts';
import type { ImportSettings } from './judging/import-settings.ts';
import type { PreviewQuestions } from './preview-import.ts';
import type { StoredImportView } from './stored-import.ts';
import { pointListsText } from './texts.ts';
import { choosingTasks } from './unread-points.ts';

export interface PreviewSources {
  readonly database: Database;
  readonly store: KindsOfStore;
  readonly siteAccess: Pick<SiteAccess, 'require'>;
}

export interface PreviewRequest {
  readonly content: Buffer;
  readonly settings: ImportSettings;
  readonly sites: GrantedSites;
  /** Ends the reading of a list that no client waits for. */
  readonly signal?: AbortSignal;
}

/** The judgement of a list, with batches of its rows as JSON, each made when it is read. */
export interface Preview {
  readonly view: StoredImportView;
  readonly rows: AsyncIterable<string>;
}

export interface WorkerLimits {
  readonly heapMb: number;
  /** Longest time without a step forward. */
  readonly silentMs: number;
}

/** Enough for 50,000 rows of 10 MiB, and with the rest of the API less than the 1 GiB that the compose file gives it. */
const limits: WorkerLimits = { heapMb: 448, silentMs: 120_000 };

type Message =
  | { readonly question: keyof PreviewQuestions; readonly of: readonly never[] }
  | { readonly view: StoredImportView }
  | { readonly rows: string }
  | { readonly end: true }
  | { readonly refused: Text };

/**
 * Judges a list in its own thread, so that a file made slow or large on purpose disturbs no other request.
 * @throws ListFileRefused, Problem if it concerns a site at which the caller may change nothing, DatabaseUnavailable
 */
export async function previewInWorker<T>(
  { database, store, siteAccess }: PreviewSources,
  { content, settings, sites, signal }: PreviewRequest,
  use: (preview: Preview) => Promise<T>,
  { heapMb, silentMs }: WorkerLimits = limits,
): Promise<T> {
  const answers: PreviewQuestions = {
    devices: async (codes) => {
      const configuration = await storedDevices(database, codes);
      await siteAccess.require(sites, { devices: configuration.devices.map(({ id }) => id) });
      return configuration;
    },
    points: (deviceIds, after) => pointRows(database, deviceIds, after),
    kindFaults: (points) => kindFaultsOrNone(store, database, points),
    sites: (ids) => siteAccess.require(sites, { sites: [...ids] }),
    tasks: async (codes) => {
      const rows = await database.selectFrom('tasks').select('code').where('code', 'in', codes).execute();
      return rows.map(({ code }) => code);
    },
    choosingTasks: (codes, devices) => choosingTasks(database, sites, { codes, devices }),
  };
  const bytes = new Uint8Array(content);
  const worker = new Worker(new URL('./preview-worker.ts', import.meta.url), {
    workerData: { bytes, settings },
    transferList: [bytes.buffer],
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  const ending = new AbortController();
  const end = (reason: unknown) => ending.abort(reason);
  worker.once('error', (cause: Error & { readonly code?: string }) =>
    end(cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new ListFileRefused(tooMuch, { cause }) : cause),
  );
  worker.once('exit', () => end(new ListFileRefused(tooMuch)));
  const leave = () => end(signal?.reason);
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  const next = async (): Promise<Exclude<Message, { readonly question: unknown }>> => {
    for (;;) {
      const message = await nextMessage(worker, ending, silentMs);
      if ('refused' in message) throw new ListFileRefused(message.refused);
      if (!('question' in message)) return message;
      const answer: (...of: readonly never[]) => Promise<unknown> = answers[message.question];
      worker.postMessage(await answer(...message.of));
    }
  };
  const rows = async function* () {
    for (;;) {
      worker.postMessage(undefined);
      const message = await next();
      if (!('rows' in message)) return;
      yield message.rows;
    }
  };
  try {
    const first = await next();
    if (!('view' in first)) throw new Error('the worker sent rows before their view');
    return await use({ view: first.view, rows: rows() });
  } finally {
    signal?.removeEventListener('abort', leave);
    await worker.terminate();
  }
}

async function nextMessage(worker: Worker, ending: AbortController, silentMs: number): Promise<Message> {
  const timer = setTimeout(() => ending.abort(new ListFileRefused(tooMuch)), silentMs);
  try {
    const [message] = await once(worker, 'message', { signal: ending.signal });
    return message;
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

const tooMuch = pointListsText('reading_the_file_takes_too_long');

/** Reads the devices with these codes, and all sites. @throws DatabaseUnavailable, Problem for an unknown protocol */
async function storedDevices(database: Database, codes: readonly string[]): Promise<StoredDevices> {
  const [devices, sites] = await Promise.all([
    database.selectFrom('devices').selectAll().where(sql<boolean>`code = any(${codes}::text[])`).execute(),
    database.selectFrom('sites').select(['id', 'code']).execute(),
  ]);
  for (const device of devices) specOf(device);
  return { devices, sites };
}

const pointsAtOnce = 2_000;

/** The next points of these devices, in the order of their ids; none at the end. @throws DatabaseUnavailable */
async function pointRows(
  database: Database,
  deviceIds: readonly number[],
  after: number,
): Promise<readonly StoredPoint[]> {
  return database
    .selectFrom('points')
    .selectAll()
    .select(sql<string>`xmin::text`.as('version'))
    .where(sql<boolean>`device_id = any(${deviceIds}::bigint[])`)
    .where('id', '>', after)
    .orderBy('id')
    .limit(pointsAtOnce)
    .execute();
}
