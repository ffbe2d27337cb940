import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { AnsweredCommand, DeviceRequest } from './history.ts';
import { readHistory } from './read-history.ts';
import { describe } from './report.ts';
import { defaultTolerances } from './tolerances.ts';
import { usage } from './usage.ts';
import { type Verdict, verify } from './verify.ts';

/**
 * A setting from the command line, or else from the environment: `NAME`, or the file that `NAME_FILE` names.
 * @throws when that file cannot be read
 */
function givenOrAround(
  option: string | undefined,
  name: 'NATS_URL' | 'NATS_NKEY_SEED' | 'DATABASE_URL' | 'SAMPLE_STORE' | 'HOLDFAST_LANG',
): string | undefined {
  if (option !== undefined) return option;
  // biome-ignore lint/style/noProcessEnv: a program of its own, which has no other settings
  const { [name]: value, [`${name}_FILE`]: file } = process.env;
  return (file ? readFileSync(file, 'utf8').trim() : value) || undefined;
}

/** As long as a running session may be without a sample before that is a violation. */
const defaultWaitMs = defaultTolerances.freshMs;
const lookAgainMs = 2_000;

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
 * The first verdict that does not depend on samples that may be about to come: for a system that was down, the first
 * sample after that explains a session's ticks of that time, and nothing before does.
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
    console.error(inLanguage(usage, givenOrAround(undefined, 'HOLDFAST_LANG') === 'zh' ? 'zh' : 'en'));
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
