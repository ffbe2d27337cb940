import { setTimeout as sleep } from 'node:timers/promises';
import { type MeasuredApi, startMeasuredApi } from '../api/measured-api.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { longestTime, timed } from '../timed.ts';

const flags = {
  points: { meaning: 'points of the list', byDefault: 50_000, atLeast: 100 },
  devices: { meaning: 'devices of the list, each with as many of its points', byDefault: 100, atLeast: 1 },
  bytes: { meaning: 'size of the list, of which long names are the rest', byDefault: 10_000_000, atLeast: 1 },
} as const;

const longestName = 256;
const imports = '/api/config/imports/';
const sets = '/api/config/change-sets/';
const sessions = '/api/acquisition/sessions/?limit=1';
const pauseMs = 5;

export const readers: Benchmark<typeof flags> = {
  name: 'readers',
  summary: 'the longest wait of a reader while a list as large as may be is imported, exported and reverted',
  description: [
    'Sends a list of new points as CSV to an API process with PostgreSQL and a broker that sync every write, reads its rows page by page, and applies it;',
    'sends it again unchanged and with other names, applies that, exports all points as CSV and XLSX, shows the change set, and reverts both. At last it posts a change set of as many things.',
    'Meanwhile one client reads a session list over and over, and another asks whether the API lives. The longest answer of each counts, by what was under way.',
    'ratio: the longest wait while nothing else was asked, over the longest of all.',
  ].join('\n'),
  flags,
  run,
};

async function run(
  { points, devices, bytes }: FlagValues<typeof flags>,
  context: BenchmarkContext,
): Promise<Measurement> {
  const measured = await startMeasuredApi(context);
  const [list, renamed] = ['a', 'b'].map((letter) => listOf(points, { devices, bytes, letter })) as [
    Buffer,
    Buffer,
  ];
  const figures: Record<string, number> = { points, devices, bytes: list.length };
  let longestMs = 0;
  const during = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const [wait, [seconds, result]] = await longestWaits(measured, () => timed(work));
    Object.assign(figures, {
      [`${what}_s`]: rounded(seconds, 1_000),
      [`${what}_sessions_ms`]: wait.sessionsMs,
      [`${what}_live_ms`]: wait.liveMs,
    });
    context.progress(`${what}: ${seconds.toFixed(1)} s, ${JSON.stringify(wait)}`);
    longestMs = Math.max(longestMs, wait.sessionsMs, wait.liveMs);
    return result;
  };
  for (let warmUp = 0; warmUp < 500; warmUp += 1) await measured.read(sessions);
  await during('idle', () => sleep(3_000));
  const idleMs = longestMs;
  const made = await during('preview', () => send(measured, list));
  if (made.counts.new !== points) throw new InvalidMeasurement(JSON.stringify(made.counts));
  await during('pages', () => pagesOf(measured, `${imports}${made.id}/rows/`));
  await during('dry_run', () => apply(measured, made, { dry_run: true }));
  const applied = await during('apply', () => apply(measured, made, {}));
  const same = await during('preview_same', () => send(measured, list));
  if (same.counts.same !== points) throw new InvalidMeasurement(JSON.stringify(same.counts));
  const other = await during('preview_changed', () => send(measured, renamed));
  if (other.counts.changed !== points) throw new InvalidMeasurement(JSON.stringify(other.counts));
  await during('pages_changed', () => pagesOf(measured, `${imports}${other.id}/rows/`));
  const changed = await during('apply_changed', () => apply(measured, other, {}));
  await during('export_csv', () => measured.read('/api/exports/points/'));
  await during('export_xlsx', () => measured.read('/api/exports/points/?format=xlsx'));
  await during('list_sets', () => measured.read(`${sets}?limit=50`));
  await during('show_set', () => pagesOf(measured, `${sets}${changed}/`));
  await during('revert_changed', () => measured.create(`${sets}${changed}/revert/`, {}));
  await during('dry_run_of_revert', () => measured.create(`${sets}${applied}/revert/`, { dry_run: true }));
  await during('revert', () => measured.create(`${sets}${applied}/revert/`, {}));
  const items = JSON.stringify({ items: itemsOf(points, devices) });
  const set = await during('change_set', () => post(measured, sets, items));
  if (set.counts.created !== points) throw new InvalidMeasurement(JSON.stringify(set.counts));
  return {
    ratio: rounded(idleMs / longestMs, 1_000),
    figures: { ...figures, longest_ms: longestMs },
    limit: { idle_ms: idleMs },
    servers: {},
  };
}

interface Waits {
  readonly sessionsMs: number;
  readonly liveMs: number;
  readonly answers: number;
}

async function longestWaits<T>(measured: MeasuredApi, work: () => Promise<T>): Promise<[Waits, T]> {
  let isOver = false;
  let answers = 0;
  const follow = async (path: string): Promise<number> => {
    const read = async () => {
      await measured.read(path);
      answers += 1;
    };
    return rounded((await longestTime(read, { isOver: () => isOver, pauseMs })) * 1_000, 10);
  };
  const followed = Promise.all([follow(sessions), follow('/health/live')]);
  try {
    const result = await work();
    isOver = true;
    const [sessionsMs, liveMs] = await followed;
    return [{ sessionsMs, liveMs, answers }, result];
  } finally {
    isOver = true;
  }
}

const rounded = (value: number, by: number) => Math.round(value * by) / by;

interface Preview {
  readonly id: number;
  readonly counts: Readonly<Record<string, number>>;
}

const send = (measured: MeasuredApi, list: Buffer) =>
  post(measured, `${imports}?mode=merge`, new Uint8Array(list), 'text/csv');

async function post(
  { url, headers }: MeasuredApi,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<Preview> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': type },
    body,
  });
  if (!response.ok) throw new InvalidMeasurement(await response.text());
  return (await response.json()) as Preview;
}

async function apply(measured: MeasuredApi, { id }: Preview, body: object): Promise<number> {
  const view = await measured.create(`${imports}${id}/apply/`, body);
  const { result } = view as unknown as { readonly result: { readonly change_set: number } | null };
  return result?.change_set ?? 0;
}

async function pagesOf(measured: MeasuredApi, path: string): Promise<void> {
  let cursor = '';
  do {
    const page = JSON.parse(await measured.read(`${path}?limit=500${cursor && `&cursor=${cursor}`}`));
    cursor = page.next_cursor ?? '';
  } while (cursor !== '');
}

function listOf(
  points: number,
  { devices, bytes, letter }: { readonly devices: number; readonly bytes: number; readonly letter: string },
): Buffer {
  const head = 'device,host,unit_id,code,name,address,data_type,scale,unit,period_ms';
  const lineOf = (point: number, name: string) => {
    const register = Math.floor(point / devices);
    const device = point % devices;
    return [
      ...[
        `d${device}`,
        `10.${device >> 16}.${(device >> 8) & 255}.${device & 255}`,
        1,
        `p${register}`,
        name,
        400_001 + 2 * register,
      ],
      ...['float32', 0.1, 'K', 1_000],
    ].join(',');
  };
  const width = Math.round(bytes / points) - lineOf(points - 1, '').length - 2;
  const name = letter.repeat(Math.min(Math.max(width, 1), longestName));
  const lines = Array.from({ length: points }, (_, point) => lineOf(point, name));
  return Buffer.from([head, ...lines, ''].join('\r\n'));
}

/** As many things as points, of which the first are the devices: no change set may have more. */
function itemsOf(points: number, devices: number): object[] {
  const hosts = Array.from({ length: devices }, (_, device) => ({
    ...{ op: 'create', kind: 'device', id: -1 - device },
    fields: { code: `s${device}`, host: `s${device}.plant` },
  }));
  const ofThem = Array.from({ length: points - devices }, (_, point) => {
    const register = Math.floor(point / devices);
    const place = { table: 'holding_register', address: 2 * register, data_type: 'float32' };
    const fields = {
      device_id: -1 - (point % devices),
      code: `p${register}`,
      name: 'n'.repeat(60),
      ...place,
    };
    return { op: 'create', kind: 'point', fields };
  });
  return [...hosts, ...ofThem];
}
