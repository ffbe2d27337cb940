import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findSimulators } from '@holdfast/plant/find-simulators.ts';
import type { Simulator } from '@holdfast/plant/simulator.ts';
import { cleanUpNow } from '../support/cleanup.ts';
import { describe } from '../verify/report.ts';
import { allFaults } from './faults/all-faults.ts';
import { runFaults } from './run-faults.ts';
import { allScenarios } from './scenarios/all-scenarios.ts';
import type { ScenarioResult } from './scenarios/scenario.ts';

const usage = `Runs everything as real processes, hurts it at random, heals it and judges what was recorded.

  npm run -s test:faults -- [--seed S] [--minutes M] [--only NAME,NAME] [--protocol P] [--no-forger] [--json] [--keep]
  npm run -s test:faults -- --scenario NAME [--protocol P] [--json] [--keep]

  --seed S      the same seed gives the same plan (default: a random one, which is printed)
  --minutes M   how long faults go on (default 3)
  --only …      only these faults; none: only the forger, and how late true ticks are stored meanwhile
  --no-forger   without the one who has a collector's key and forges samples, leases and refusals all the while
  --protocol P  of all devices (default: modbus_tcp)
  --scenario …  a story with a fixed course instead
  --list        names faults, scenarios and protocols
  --json        the last line is the summary as JSON
  --keep        keep logs and data even when all went well

Exit codes: 0 all invariants held and every planned fault happened, 1 otherwise, 2 wrong arguments.
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '3' },
    only: { type: 'string' },
    scenario: { type: 'string' },
    'no-forger': { type: 'boolean', default: false },
    protocol: { type: 'string', default: 'modbus_tcp' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  const simulators = await findSimulators();
  if (values.list) {
    console.log(`faults:    ${allFaults.map(({ name }) => name).join(', ')}`);
    console.log(`scenarios: ${allScenarios.map(({ name }) => name).join(', ')}`);
    console.log(`protocols: ${simulators.map(protocolOf).join(', ')}`);
    return 0;
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const minutes = Number(values.minutes);
  const only = values.only?.split(',');
  const faults =
    values.only === 'none' ? [] : only ? allFaults.filter(({ name }) => only.includes(name)) : allFaults;
  const scenario = allScenarios.find(({ name }) => name === values.scenario);
  const simulator = simulators.find((each) => protocolOf(each) === values.protocol);
  const isUnknown =
    (values.scenario !== undefined && !scenario) ||
    (faults.length === 0 && values.only !== 'none') ||
    !simulator;
  if (values.help || isUnknown || !Number.isInteger(seed) || !(minutes > 0)) {
    console.error(usage);
    return values.help ? 0 : 2;
  }
  console.error(`seed ${seed}, ${values.protocol}, ${scenario ? scenario.name : `${minutes} min`}`);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-faults-'));
  // Where this runs as root, PostgreSQL runs as another user, who must be able to pass through.
  await chmod(folder, 0o711);
  const say = (line: string) => console.error(`  ${line}`);
  let failed = true;
  try {
    const result: ScenarioResult = scenario
      ? await scenario.run({ seed, folder, simulator, say })
      : await runFaults({ seed, minutes, faults, folder, simulator, say, forger: forgerOf(minutes) });
    failed = await report(result, { seed, minutes, folder });
  } finally {
    await cleanUpNow();
    if (failed || values.keep) console.error(`logs and data: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
  return failed ? 1 : 0;
}

/** Pauses so short that the forger has a turn with everything that it can forge. */
function forgerOf(minutes: number): { pauseMs: number } | undefined {
  return values['no-forger'] ? undefined : { pauseMs: Math.min(3_000, (minutes * 60_000) / 40) };
}

/** The protocol that its trial devices speak. */
function protocolOf({ trial }: Simulator): string {
  return trial.endpoint('trial', 1).protocol;
}

/** @returns whether the run has failed */
async function report(
  { faults, failures, verdict }: ScenarioResult,
  { seed, minutes, folder }: { seed: number; minutes: number; folder: string },
): Promise<boolean> {
  if (verdict) console.error(describe(verdict));
  for (const failure of failures) console.error(failure);
  await writeFile(join(folder, 'verdict.json'), JSON.stringify({ seed, minutes, faults, failures, verdict }));
  const violations = [
    ...(verdict?.violations ?? []).map(({ invariant, subject, what }) => `${invariant} ${subject}: ${what}`),
    ...failures,
    ...(verdict?.tooLittle ?? []).map((what) => `too little to judge: ${what}`),
  ];
  if (values.json) {
    const ticks = verdict?.ticks ?? { expected: 0, stored: 0, quarantined: 0, gaps: {} };
    const duplicates = verdict?.duplicates ?? 0;
    console.log(JSON.stringify({ seed, minutes, faults, ticks, duplicates, violations }));
  }
  return violations.length > 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUpNow().finally(() => process.exit(130)));
}
process.exitCode = await main();
