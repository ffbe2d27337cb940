import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUpNow } from '../support/cleanup.ts';
import { describe } from '../verify/report.ts';
import { allFaults } from './faults/all-faults.ts';
import { runFaults } from './run-faults.ts';

const usage = `Runs everything as real processes, hurts it at random, heals it and judges what was recorded.

  npm run -s test:faults -- [--seed S] [--minutes M] [--only NAME,NAME] [--json] [--keep]

  --seed S      the same seed gives the same plan (default: a random one, which is printed)
  --minutes M   how long faults go on (default 3)
  --only …      only these faults; --list names them
  --json        the last line is the summary as JSON
  --keep        keep logs and data even when all went well

Exit codes: 0 all invariants held and every planned fault happened, 1 otherwise.
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (values.help || values.list) {
    console.error(values.list ? allFaults.map(({ name }) => name).join('\n') : usage);
    return 0;
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const minutes = Number(values.minutes);
  if (!Number.isInteger(seed) || !(minutes > 0)) {
    console.error(usage);
    return 2;
  }
  const only = values.only?.split(',');
  const faults = only ? allFaults.filter(({ name }) => only.includes(name)) : allFaults;
  console.error(`seed ${seed}, ${minutes} min`);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-faults-'));
  // PostgreSQL runs as another user where this runs as root, and must be able to pass through.
  await chmod(folder, 0o711);
  let failed = true;
  try {
    const {
      faults: counts,
      failures,
      verdict,
    } = await runFaults({
      seed,
      minutes,
      faults,
      folder,
      say: (line) => console.error(`  ${line}`),
    });
    console.error(describe(verdict));
    for (const failure of failures) console.error(failure);
    const { ticks, duplicates, violations, tooLittle } = verdict;
    failed = violations.length > 0 || failures.length > 0 || tooLittle.length > 0;
    await writeFile(
      join(folder, 'verdict.json'),
      JSON.stringify({ seed, minutes, counts, failures, verdict }),
    );
    const told = [
      ...violations.map(({ invariant, subject, what }) => `${invariant} ${subject}: ${what}`),
      ...failures,
      ...tooLittle.map((what) => `too little to judge: ${what}`),
    ];
    if (values.json) {
      console.log(JSON.stringify({ seed, minutes, faults: counts, ticks, duplicates, violations: told }));
    }
  } finally {
    await cleanUpNow();
    if (failed || values.keep) console.error(`logs and data: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
  return failed ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUpNow().finally(() => process.exit(130)));
}
process.exitCode = await main();
