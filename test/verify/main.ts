import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { givenOrAround } from './given-or-around.ts';
import type { AnsweredCommand, DeviceRequest } from './history.ts';
import { readHistory } from './read-history.ts';
import { describe } from './report.ts';
import { defaultTolerances } from './tolerances.ts';
import { type Verdict, verify } from './verify.ts';

/** As long as a running session may be without a sample before that is a violation. */
const defaultWaitMs = defaultTolerances.freshMs;
const lookAgainMs = 2_000;

const usage = `Reads SESSIONS, SAMPLES and, when it is named, the database, and checks the invariants on what is recorded.

  npm run -s verify -- --nats nats://127.0.0.1:4222 [--database postgres://…] [options]

  --nats URL             the broker; else NATS_URL or NATS_URL_FILE. Where it asks for a key, NATS_NKEY_SEED or
                         NATS_NKEY_SEED_FILE has the API's; with npm start .holdfast/secrets/nats-api/seed
  --database URL         else DATABASE_URL or DATABASE_URL_FILE, which nobody reads in the list of processes
  --sample-store WHICH   postgres or influx: where samples go, else SAMPLE_STORE (default postgres). InfluxDB is not read: what is
                         stored there is judged by the writer's record in the database
  --since TIME           judge only ticks after this time (RFC 3339)
  --commands FILE        what clients asked and were answered, one JSON object a line
  --requests FILE        requests that reached the devices, one JSON object a line
  --lease-ttl-ms N       LEASE_TTL_MS of the collectors (default 10000)
  --clock-ms N           how far the machines' clocks may differ (default 1000)
  --settle-ms N          how long a sample may be on its way (default 15000)
  --wait-ms N            so long the samples of sessions that run may take to come, as after a start of the system, before
                         their absence counts; 0: none (default 30000)
  --min-events N  --min-sessions N  --min-ticks N  --min-hand-overs N
                         what must have been seen before the answer can be "ok"
  --json                 the verdict as one line of JSON

Exit codes: 0 all invariants hold, 1 violations, 2 could not judge (too little was seen, or nothing could be read).
`;

const number = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`not a number: ${text}`);
  return value;
};

async function jsonLines<T>(file: string | undefined): Promise<T[] | undefined> {
  if (file === undefined) return undefined;
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as T);
}

/**
 * The first verdict that does not hang on samples that may be about to come: a system that was down has a session's ticks of
 * that time explained by the first sample after it, and by nothing before.
 */
async function settledVerdict(judge: () => Promise<Verdict>, waitMs: number): Promise<Verdict> {
  const deadlineMs = performance.now() + waitMs;
  let isWaiting = false;
  for (;;) {
    const verdict = await judge();
    const { violations } = verdict;
    const maySettle = violations.length > 0 && violations.every(({ mayPass }) => mayPass);
    if (!maySettle || performance.now() >= deadlineMs) return verdict;
    if (!isWaiting) {
      const subjects = new Set(violations.map(({ subject }) => subject)).size;
      console.error(
        `not settled yet: no sample has come lately of ${subjects} devices whose sessions run. Looking again for ${waitMs} ms at the most.`,
      );
    }
    isWaiting = true;
    await sleep(Math.min(lookAgainMs, Math.max(0, deadlineMs - performance.now())));
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      nats: { type: 'string' },
      database: { type: 'string' },
      'sample-store': { type: 'string' },
      since: { type: 'string' },
      commands: { type: 'string' },
      requests: { type: 'string' },
      'lease-ttl-ms': { type: 'string' },
      'clock-ms': { type: 'string' },
      'settle-ms': { type: 'string' },
      'wait-ms': { type: 'string' },
      'min-events': { type: 'string' },
      'min-sessions': { type: 'string' },
      'min-ticks': { type: 'string' },
      'min-hand-overs': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const natsUrl = givenOrAround(values.nats, 'NATS_URL');
  if (values.help || natsUrl === undefined) {
    console.error(usage);
    return values.help ? 0 : 2;
  }
  const sinceMs = values.since === undefined ? undefined : Date.parse(values.since);
  if (Number.isNaN(sinceMs)) throw new Error(`not a time: ${values.since}`);
  const sampleStore = values['sample-store'] ?? givenOrAround(undefined, 'SAMPLE_STORE') ?? 'postgres';
  if (sampleStore !== 'postgres' && sampleStore !== 'influx')
    throw new Error(`samples go to postgres or influx, not to ${sampleStore} (--sample-store, SAMPLE_STORE)`);
  const sources = {
    natsUrl,
    nkeySeed: givenOrAround(undefined, 'NATS_NKEY_SEED'),
    hasSamples: sampleStore === 'postgres',
    databaseUrl: givenOrAround(values.database, 'DATABASE_URL'),
    commands: await jsonLines<AnsweredCommand>(values.commands),
    requests: await jsonLines<DeviceRequest>(values.requests),
    sinceMs,
  };
  const leaseTtlMs = number(values['lease-ttl-ms']);
  const clockMs = number(values['clock-ms']);
  const settleMs = number(values['settle-ms']);
  const options = {
    tolerances: {
      ...(leaseTtlMs === undefined ? {} : { stopMs: leaseTtlMs + 1_000 }),
      ...(clockMs === undefined ? {} : { clockMs }),
      ...(settleMs === undefined ? {} : { settleMs }),
    },
    minimum: {
      events: number(values['min-events']) ?? 1,
      sessions: number(values['min-sessions']) ?? 1,
      ticks: number(values['min-ticks']) ?? 1,
      handOvers: number(values['min-hand-overs']) ?? 0,
    },
  };
  const verdict = await settledVerdict(
    async () => verify(await readHistory(sources), options),
    number(values['wait-ms']) ?? defaultWaitMs,
  );
  console.log(values.json ? JSON.stringify(verdict) : describe(verdict));
  if (verdict.violations.length > 0) return 1;
  return verdict.tooLittle.length > 0 ? 2 : 0;
}

let code = 2;
try {
  code = await main();
} catch (error) {
  console.error(`could not judge: ${error instanceof Error ? error.message : String(error)}`);
}
// Not just the exit code: a client that still waits for its broker would keep the process.
process.exit(code);
