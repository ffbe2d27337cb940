import { setTimeout as sleep } from 'node:timers/promises';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import pg from 'pg';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { attackNames } from './attacks.ts';
import { type BesiegedPlant, besiege } from './besieged-plant.ts';
import { type LongestWaits, longestWaits } from './longest-waits.ts';

/** What the thief answers when the API calls its collector. */
const answers = 'answers';

const flags = {
  seconds: { meaning: 'of each attack', byDefault: 10, atLeast: 1 },
  'allowed-ms': {
    meaning: 'longest wait of others, beyond that without an attack',
    byDefault: 1_000,
    atLeast: 1,
  },
  only: { meaning: 'one attack, or all', byDefault: 'all', oneOf: ['all', ...attackNames, answers] },
} as const;

export const hostile: Benchmark<typeof flags> = {
  name: 'hostile',
  summary: 'the longest wait of others while the thief of a collector’s key sends as fast as it can',
  description: [
    'Runs an API, a supervisor, a writer with PostgreSQL and a collector, with the keys, accounts and settings of an installation. The thief of another',
    'collector’s key, on the same machine, sends what that key may send, one kind after the other. Meanwhile are measured: the longest wait for a list of sessions;',
    'the longest delay of a sample of the honest collector until it is in the database, or gap between its samples; the longest delay of a renewal of the supervisor’s lead.',
    'ratio: what is allowed (the longest wait of that kind without an attack, and --allowed-ms more) over the longest wait; the smallest of all.',
  ].join('\n'),
  flags,
  run,
};

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { progress, cleanUp } = context;
  const plant = await besiege(context);
  const client = new pg.Client({ connectionString: plant.measured.databaseUrl });
  await client.connect();
  cleanUp.defer(() => client.end());
  const renewals: number[] = [];
  const leads = await KvLeaseStore.open(plant.measured.nc, bucketNames.leader);
  const stopLeads = await leads.watch(({ writtenAtMs }) => void renewals.push(writtenAtMs ?? 0));
  cleanUp.defer(async () => stopLeads());
  const watch = (work: () => Promise<unknown>) => longestWaits(plant, { client, renewals }, work);

  for (let warmUp = 0; warmUp < 500; warmUp += 1)
    await plant.measured.read('/api/acquisition/sessions/?limit=1');
  const calm = await watch(() => sleep(values.seconds * 1_000));
  progress(`no attack: ${JSON.stringify(calm)}`);
  const figures: Record<string, number> = { seconds: values.seconds, ...asFigures('calm', calm) };
  const limit = asFigures('allowed', {
    apiMs: calm.apiMs + values['allowed-ms'],
    samplesMs: calm.samplesMs + values['allowed-ms'],
    leadMs: calm.leadMs + values['allowed-ms'],
  });
  const ratios: number[] = [];
  const judge = (name: string, waits: LongestWaits) => {
    Object.assign(figures, asFigures(name, waits));
    const waited = Object.entries(asFigures('allowed', waits));
    ratios.push(...waited.map(([kind, ms]) => (limit[kind] ?? 0) / Math.max(1, ms)));
  };
  for (const name of attackNames.filter((each) => values.only === 'all' || values.only === each)) {
    let sent = { messages: 0, bytes: 0 };
    const thief = await plant.targets();
    const waits = await watch(async () => {
      plant.attack({ attack: name, thief });
      await sleep(values.seconds * 1_000);
      const stopped = plant.stopped();
      plant.attack('stop');
      sent = await stopped;
    });
    if (sent.messages === 0) throw new InvalidMeasurement(`nothing was sent as ${name}`);
    judge(name, waits);
    figures[`${name}_messages_per_second`] = Math.round(sent.messages / values.seconds);
    progress(`${name}: ${JSON.stringify({ ...waits, ...sent })}`);
  }
  if (values.only === 'all' || values.only === answers) {
    let calls = 0;
    const waits = await watch(async () => {
      const untilMs = performance.now() + values.seconds * 1_000;
      for (; performance.now() < untilMs; calls += 1) await testDevice(plant);
    });
    judge(answers, waits);
    figures[`${answers}_calls`] = calls;
    progress(`${answers}: ${JSON.stringify({ ...waits, calls })}`);
  }
  await requireBelief(plant, client, values.only);
  const ratio = Math.round(Math.min(...ratios) * 1_000) / 1_000;
  return {
    ratio,
    figures,
    limit,
    isFailed: ratio < 1,
    servers: { nats_server: plant.measured.nc.info?.version ?? 'unknown' },
  };
}

const asFigures = (what: string, { apiMs, samplesMs, leadMs }: LongestWaits): Record<string, number> => ({
  [`${what}_api_ms`]: apiMs,
  [`${what}_samples_ms`]: samplesMs,
  [`${what}_lead_ms`]: leadMs,
});

/** Has the API ask the thief's collector for a reading. What the API makes of the answer does not matter. */
async function testDevice({ measured: { url, headers }, thiefsDeviceId }: BesiegedPlant): Promise<void> {
  const place = `${url}/api/config/devices/${thiefsDeviceId}/test/`;
  await (await fetch(place, { method: 'POST', headers })).arrayBuffer();
}

/** Samples that the thief may send must have been taken for true: others cost the writer less. */
async function requireBelief(plant: BesiegedPlant, client: pg.Client, only: string): Promise<void> {
  if (only !== 'all' && only !== 'own_samples') return;
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from samples.sample_value
     where series_id = any (array(select id from samples.series where session_id = $1))`,
    [plant.thiefsSession],
  );
  if (!rows[0]?.count) throw new InvalidMeasurement('no sample of the thief’s own session was stored');
}
