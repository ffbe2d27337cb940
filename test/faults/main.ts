import { parseArgs } from 'node:util';
import { findSimulators } from '@holdfast/plant/find-simulators.ts';
import type { Simulator } from '@holdfast/plant/simulator.ts';
import { cleanUpNow } from '../support/cleanup.ts';
import { endRunFolder, newRunFolder } from '../world/run-folder.ts';
import { reportRun } from '../world/run-report.ts';
import { allFaults, edgeFaults } from './faults/all-faults.ts';
import { runFaults } from './run-faults.ts';
import { allScenarios } from './scenarios/all-scenarios.ts';
import type { ScenarioResult } from './scenarios/scenario.ts';

const usage = `Runs everything as real processes, hurts it at random, heals it and judges what was recorded.

  npm run -s test:faults -- [--seed S] [--minutes M] [--only NAME,NAME] [--protocol P] [--edge | --no-forger] [--json] [--keep]
  npm run -s test:faults -- --scenario NAME [--protocol P] [--json] [--keep]

  --seed S      the same seed gives the same plan (default: a random one, which is printed)
  --minutes M   how long faults go on (default 3)
  --only …      only these faults; none: only the forger, and how late true ticks are stored meanwhile
  --no-forger   without the one who has a collector's key and forges samples, leases and refusals all the while
  --edge        API, supervisor, alarms, collector and writer as one process, without a forger: one needs a second collector
  --protocol P  of all devices (default: modbus_tcp)
  --scenario …  a story with a fixed course instead
  --list        names faults (with --edge: of one process), scenarios and protocols
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
    edge: { type: 'boolean', default: false },
    'no-forger': { type: 'boolean', default: false },
    protocol: { type: 'string', default: 'modbus_tcp' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  const suite = values.edge ? edgeFaults : allFaults;
  const simulators = await findSimulators();
  if (values.list) {
    console.log(`faults:    ${suite.map(({ name }) => name).join(', ')}`);
    console.log(`scenarios: ${allScenarios.map(({ name }) => name).join(', ')}`);
    console.log(`protocols: ${simulators.map(protocolOf).join(', ')}`);
    return 0;
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const minutes = Number(values.minutes);
  const only = values.only?.split(',');
  const faults = values.only === 'none' ? [] : only ? suite.filter(({ name }) => only.includes(name)) : suite;
  const scenario = allScenarios.find(({ name }) => name === values.scenario);
  const simulator = simulators.find((each) => protocolOf(each) === values.protocol);
  const isUnknown =
    (values.scenario !== undefined && (!scenario || values.edge)) ||
    (faults.length === 0 && values.only !== 'none') ||
    !simulator;
  if (values.help || isUnknown || !Number.isInteger(seed) || !(minutes > 0)) {
    console.error(usage);
    return values.help ? 0 : 2;
  }
  console.error(`seed ${seed}, ${values.protocol}, ${scenario ? scenario.name : `${minutes} min`}`);
  const folder = await newRunFolder('holdfast-faults-');
  const say = (line: string) => console.error(`  ${line}`);
  let failed = true;
  try {
    const result: ScenarioResult = scenario
      ? await scenario.run({ seed, folder, simulator, say })
      : await runFaults({
          ...{ seed, minutes, faults, folder, simulator, say },
          ...{ edge: values.edge, forger: forgerOf(minutes) },
        });
    const { faults: counts, failures, verdict } = result;
    const { ticks = { expected: 0, stored: 0, quarantined: 0, gaps: {} }, duplicates = 0 } = verdict ?? {};
    failed = await reportRun(
      {
        ...{ result: { seed, minutes, ...result }, verdict, failures },
        summary: { seed, minutes, faults: counts, ticks, duplicates },
      },
      { folder, isJson: values.json },
    );
  } finally {
    await cleanUpNow();
    await endRunFolder(folder, { isKept: failed || values.keep });
  }
  return failed ? 1 : 0;
}

/** Pauses so short that the forger has a turn with everything that it can forge. */
function forgerOf(minutes: number): { pauseMs: number } | undefined {
  return values['no-forger'] || values.edge
    ? undefined
    : { pauseMs: Math.min(3_000, (minutes * 60_000) / 40) };
}

/** The protocol that its trial devices speak. */
function protocolOf({ trial }: Simulator): string {
  return trial.endpoint('trial', 1).protocol;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUpNow().finally(() => process.exit(130)));
}
process.exitCode = await main();
