import { parseArgs } from 'node:util';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { endRunFolder, newRunFolder } from '../world/run-folder.ts';
import { reportRun } from '../world/run-report.ts';
import { clusterFaults } from './faults.ts';
import { inOwnNamespaces, whyNoHosts } from './namespaces.ts';
import { failuresOf, reportOf } from './report.ts';
import { runTrial } from './run-trial.ts';

const usage = `Three NATS nodes and all services, each on a host of its own (a network namespace), hurt one way after the other.
Devices, event log and database judge. Needs Linux, root, ip and python3; elsewhere it is skipped, and red with CI=true.

  npm run -s test:cluster -- [--short] [--only NAME,NAME] [--minutes M] [--nats-server PATH] [--seed S] [--json] [--keep]

  --short          the fourteen minutes that are part of the slow tests
  --only …         only these faults
  --minutes M      no further fault once so long has passed (default: all of them, about 35)
  --nats-server …  the server that the nodes run (default: the one on the PATH)
  --seed S         of what the operators do (default 1)
  --patience N     times and costs may be N times what is allowed (default 1)
  --list           names the faults
  --json           the last line is the summary as JSON
  --keep           keep logs and data even when all went well

Exit codes: 0 nothing was lost, doubled or needed a person, 1 otherwise, 2 wrong arguments.
`;

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    'nats-server': { type: 'string', default: 'nats-server' },
    seed: { type: 'string', default: '1' },
    patience: { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    // Given when this program runs itself inside its own namespaces.
    inside: { type: 'string' },
  },
});

async function main(): Promise<number> {
  if (values.list) {
    for (const { name, what, isShort } of clusterFaults)
      console.log(`${name}: ${what}${isShort ? ' (short)' : ''}`);
    return 0;
  }
  const only = values.only?.split(',');
  const faults = clusterFaults.filter(
    ({ name, isShort }) => (only?.includes(name) ?? true) && (isShort || !values.short),
  );
  const [seed, minutes, patience] = [Number(values.seed), Number(values.minutes), Number(values.patience)];
  const natsServer = findProgram(values['nats-server']);
  const isWrong =
    !Number.isInteger(seed) || !(minutes > 0) || !(patience >= 1) || (only && faults.length !== only.length);
  if (values.help || isWrong || faults.length === 0) {
    console.error(usage);
    return values.help ? 0 : 2;
  }
  if (natsServer === undefined) {
    console.error(`there is no program ${values['nats-server']}`);
    return 2;
  }
  if (values.inside === undefined) return outside();
  const say = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
  const result = await runTrial({ folder: values.inside, natsServer, say, seed, faults, minutes, patience });
  console.error(reportOf(result));
  const { verdict, results, memory } = result;
  const costs = results.map(({ fault: { name }, cost, missing }) => ({ name, cost, missing }));
  const { counts, ticks } = verdict;
  const hasFailed = await reportRun(
    {
      ...{ result, verdict, failures: failuresOf(results) },
      summary: { seed, counts, ticks, costs, memory },
    },
    { folder: values.inside, isJson: values.json },
  );
  return hasFailed ? 1 : 0;
}

/** Runs this program again where it has hosts, and removes what it leaves behind. */
async function outside(): Promise<number> {
  const why = whyNoHosts();
  if (why !== undefined) {
    // biome-ignore lint/style/noProcessEnv: set by every CI, where a trial that did not happen must not look like a good one
    const isCi = process.env.CI === 'true';
    console.error(`${isCi ? 'The trial of the cluster cannot run' : 'Skipped'}: ${why}`);
    return isCi ? 1 : 0;
  }
  const folder = await newRunFolder('holdfast-cluster-');
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const [, program = ''] = process.argv;
  const command = [process.execPath, program, ...process.argv.slice(2), '--inside', folder];
  const code = await inOwnNamespaces(command, ending.signal);
  await endRunFolder(folder, { isKept: (code === 1 && !ending.signal.aborted) || values.keep });
  return code;
}

process.exit(await main());
