import { type BarePoints, openBarePoints } from '../api/bare-points.ts';
import { type MeasuredApi, startMeasuredApi } from '../api/measured-api.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { peakMemoryMb } from '../fleet/peak-memory.ts';
import { median } from '../median.ts';
import { timed } from '../timed.ts';

const flags = {
  points: { meaning: 'points of a list, of 100 devices', byDefault: 20_000, atLeast: 100 },
  rounds: { meaning: 'lists, each of other devices', byDefault: 3, atLeast: 1 },
} as const;

const devices = 100;
const imports = '/api/config/imports/';

export const lists: Benchmark<typeof flags> = {
  name: 'lists',
  summary:
    'a list of points looked at, applied and exported through the API, next to a bare insert of its rows',
  description: [
    'Sends a list of new points as CSV to an API process with PostgreSQL and a broker that sync every write, applies it, and sends it once more,',
    'when all of it is the same; then exports all points as CSV and XLSX. By turns with it, one statement of PostgreSQL inserts the same rows again.',
    'ratio: seconds of the bare insert over those of the first look and the apply together; the median of all rounds.',
  ].join('\n'),
  flags,
  run,
};

interface Round {
  readonly previewS: number;
  readonly applyS: number;
  readonly sameS: number;
  readonly csvS: number;
  readonly xlsxS: number;
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
    ratio: middle(({ insertS, previewS, applyS }) => insertS / (previewS + applyS)),
    figures: {
      ...{ points, rounds },
      preview_s: middle(({ previewS }) => previewS),
      apply_s: middle(({ applyS }) => applyS),
      preview_and_apply_s: middle(({ previewS, applyS }) => previewS + applyS),
      preview_of_the_same_s: middle(({ sameS }) => sameS),
      export_csv_s: middle(({ csvS }) => csvS),
      export_xlsx_s: middle(({ xlsxS }) => xlsxS),
      api_peak_memory_mb: await peakMemoryMb(measured.pids.api),
    },
    limit: { bare_insert_s: middle(({ insertS }) => insertS) },
    servers: { postgres: bare.version },
  };
}

async function roundOf(
  measured: MeasuredApi,
  bare: BarePoints,
  { points, round }: { readonly points: number; readonly round: number },
): Promise<Round> {
  const list = listOf(points, round);
  const [previewS, preview] = await timed(() => send(measured, list));
  if (preview.counts.new !== points) throw new InvalidMeasurement(JSON.stringify(preview.counts));
  const [applyS] = await timed(() => measured.create(`${imports}${preview.id}/apply/`, {}));
  const [sameS, again] = await timed(() => send(measured, list));
  if (again.counts.same !== points) throw new InvalidMeasurement(JSON.stringify(again.counts));
  const query = Array.from({ length: devices }, (_, device) => `device=d${round}-${device}`).join('&');
  const [csvS, csv] = await timed(() => measured.read(`/api/exports/points/?${query}`));
  if (csv.split('\r\n').length !== points + 2) throw new InvalidMeasurement('the export has other lines');
  const [xlsxS] = await timed(() => measured.read(`/api/exports/points/?format=xlsx&${query}`));
  const [insertS] = await timed(() => bare.insertAgain(`d${round}-%`));
  return { previewS, applyS, sameS, csvS, xlsxS, insertS };
}

interface Preview {
  readonly id: number;
  readonly counts: Readonly<Record<string, number>>;
}

async function send({ url, headers }: MeasuredApi, list: string): Promise<Preview> {
  const response = await fetch(`${url}${imports}`, { method: 'POST', headers, body: list });
  if (!response.ok) throw new InvalidMeasurement(await response.text());
  return (await response.json()) as Preview;
}

function listOf(points: number, round: number): string {
  const lines = Array.from({ length: points }, (_, point) => {
    const device = point % devices;
    const register = Math.floor(point / devices);
    return [
      ...[`d${round}-${device}`, `10.${round}.0.${device}`, 1, `p${register}`, `温度 ${register}`],
      ...[400_001 + 2 * register, 'REAL', 'CDAB', 0.1, '℃', 1_000],
    ].join(',');
  });
  return ['设备,IP地址,站号,点位,名称,地址,数据类型,字节序,系数,单位,采集周期(ms)', ...lines, ''].join(
    '\r\n',
  );
}
