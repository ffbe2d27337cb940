import { type BarePoints, openBarePoints } from '../api/bare-points.ts';
import { type MeasuredApi, startMeasuredApi } from '../api/measured-api.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { median } from '../median.ts';
import { timed } from '../timed.ts';

const flags = {
  points: { meaning: 'points of a change set, of 100 devices', byDefault: 20_000, atLeast: 100 },
  rounds: { meaning: 'change sets, each of other devices', byDefault: 3, atLeast: 1 },
} as const;

const devices = 100;
const path = '/api/config/change-sets/';

export const changes: Benchmark<typeof flags> = {
  name: 'changes',
  summary:
    'a change set of many points tried, done, listed, shown and taken back, next to a bare insert of its rows',
  description: [
    'Makes devices with points as one change set through an API process with PostgreSQL and a broker that sync every write: first as a dry run, then',
    'done; lists it, shows its first page and all of it, and takes it back. By turns with it, one statement of PostgreSQL inserts the same rows again.',
    'ratio: seconds of the bare insert over those of the change; the median of all rounds.',
  ].join('\n'),
  flags,
  run,
};

interface Round {
  readonly tryS: number;
  readonly doS: number;
  readonly listS: number;
  readonly pageS: number;
  readonly showS: number;
  readonly revertS: number;
  readonly insertS: number;
}

async function run(
  { points, rounds }: FlagValues<typeof flags>,
  context: BenchmarkContext,
): Promise<Measurement> {
  const measured = await startMeasuredApi(context);
  const bare = await openBarePoints(measured.databaseUrl, context);
  const all: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const one = await roundOf(measured, bare, { points, round });
    context.progress(`round ${round + 1}: ${JSON.stringify(one)}`);
    all.push(one);
  }
  const middle = (of: (round: Round) => number) => Math.round(median(all.map(of)) * 1_000) / 1_000;
  return {
    ratio: middle(({ insertS, doS }) => insertS / doS),
    figures: {
      ...{ points, rounds },
      dry_run_s: middle(({ tryS }) => tryS),
      change_s: middle(({ doS }) => doS),
      list_s: middle(({ listS }) => listS),
      first_page_s: middle(({ pageS }) => pageS),
      all_pages_s: middle(({ showS }) => showS),
      revert_s: middle(({ revertS }) => revertS),
    },
    limit: { bare_insert_s: middle(({ insertS }) => insertS) },
    servers: { postgres: bare.version },
  };
}

interface Outcome {
  readonly change_set: number;
  readonly counts: { readonly created: number; readonly deleted: number };
}

async function roundOf(
  measured: MeasuredApi,
  bare: BarePoints,
  { points, round }: { readonly points: number; readonly round: number },
): Promise<Round> {
  const items = itemsOf(points, round);
  const change = async (at: string, body: object) => (await measured.create(at, body)) as unknown as Outcome;
  const [tryS] = await timed(() => change(path, { items, dry_run: true }));
  const [doS, done] = await timed(() => change(path, { items }));
  if (done.counts.created !== points + devices) throw new InvalidMeasurement(JSON.stringify(done.counts));
  const set = `${path}${done.change_set}/`;
  const [listS] = await timed(() => measured.read(`${path}?limit=50`));
  const [pageS] = await timed(() => measured.read(`${set}?limit=100`));
  const [showS, shownItems] = await timed(() => allOf(measured, set));
  if (shownItems !== points + devices) throw new InvalidMeasurement(`${shownItems} things were shown`);
  const [insertS] = await timed(() => bare.insertAgain(`d${round}-%`));
  const [revertS, reverted] = await timed(() => change(`${set}revert/`, {}));
  if (reverted.counts.deleted !== points + devices) {
    throw new InvalidMeasurement(JSON.stringify(reverted.counts));
  }
  return { tryS, doS, listS, pageS, showS, revertS, insertS };
}

/** Every page of a set. @returns how many things it has */
async function allOf(measured: MeasuredApi, set: string): Promise<number> {
  let count = 0;
  let cursor = '';
  do {
    const page = JSON.parse(await measured.read(`${set}?limit=500${cursor && `&cursor=${cursor}`}`));
    count += page.results.length;
    cursor = page.next_cursor ?? '';
  } while (cursor !== '');
  return count;
}

function itemsOf(points: number, round: number): object[] {
  const deviceRows = Array.from({ length: devices }, (_, device) => ({
    ...{ op: 'create', kind: 'device', id: -1 - device },
    fields: { code: `d${round}-${device}`, host: `10.${round}.0.${device}` },
  }));
  const ofThem = Array.from({ length: points }, (_, point) => ({
    ...{ op: 'create', kind: 'point' },
    fields: {
      ...{ device_id: -1 - (point % devices), code: `p${Math.floor(point / devices)}` },
      ...{ table: 'holding_register', address: 2 * Math.floor(point / devices), data_type: 'float32' },
      ...{ name: `温度 ${point}`, unit: '℃', scale: 0.1 },
    },
  }));
  return [...deviceRows, ...ofThem];
}
