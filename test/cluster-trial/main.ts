import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { processExists } from '@holdfast/dev/child-process.ts';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { clusterFaults } from './faults.ts';
import { inOwnNamespaces, whyNoHosts } from './namespaces.ts';
import { failuresOf, reportOf } from './report.ts';
import { runTrial } from './run-trial.ts';

const prefix = 'holdfast-cluster-';
/** A file in the folder of a run that goes on, with the id of its process. */
const mark = 'running';

/** Makes a folder for all data and logs of this run, and removes what killed runs have left behind. */
async function newFolder(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const former = join(tmpdir(), name);
    const pid = await readFile(join(former, mark), 'utf8').catch(() => undefined);
    if (pid !== undefined && !processExists(Number(pid))) await rm(former, { recursive: true, force: true });
  }
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // Where this runs as root, PostgreSQL runs as another user, who must be able to pass through.
  await chmod(folder, 0o711);
  await writeFile(join(folder, mark), String(process.pid));
  return folder;
}

async function dropFolder(folder: string, { isKept }: { isKept: boolean }): Promise<void> {
  await rm(isKept ? join(folder, mark) : folder, { recursive: true, force: true });
}

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
  await writeFile(join(values.inside, 'result.json'), JSON.stringify(result));
  console.error(reportOf(result));
  const { verdict, results, memory } = result;
  const violations = [
    ...verdict.violations.map(({ invariant, subject, what }) => `${invariant} ${subject}: ${what}`),
    ...failuresOf(results),
    ...verdict.tooLittle.map((what) => `too little to judge: ${what}`),
  ];
  if (values.json) {
    const costs = results.map(({ fault: { name }, cost, missing }) => ({ name, cost, missing }));
    console.log(
      JSON.stringify({ seed, counts: verdict.counts, ticks: verdict.ticks, costs, memory, violations }),
    );
  }
  return violations.length > 0 ? 1 : 0;
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
  const folder = await newFolder();
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const [, program = ''] = process.argv;
  const command = [process.execPath, program, ...process.argv.slice(2), '--inside', folder];
  const code = await inOwnNamespaces(command, ending.signal);
  const isKept = (code === 1 && !ending.signal.aborted) || values.keep;
  await dropFolder(folder, { isKept });
  if (isKept) console.error(`logs and data: ${folder}`);
  return code;
}

process.exit(await main());
