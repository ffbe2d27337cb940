import { cp, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { keyPageSchema } from '@holdfast/shared/contracts/http/access-http.ts';
import { pointHistorySchema } from '@holdfast/shared/contracts/http/point-history-http.ts';
import { pointPageSchema } from '@holdfast/shared/contracts/http/point-http.ts';
import { sessionViewSchema } from '@holdfast/shared/contracts/http/session-http.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { portsOfStack } from '@holdfast/test/support/ports-of-stack.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import * as z from 'zod';
import { builtProgram } from '../../../setup/dist.mjs';
import { type RunningProcess, startProcess } from '../../child-process.ts';
import { startNatsServer } from '../../nats-server.ts';
import { isOver } from '../../process-family.ts';
import { PROJECT_ROOT } from '../home-folder.ts';
import { readJsonFile } from '../json-file.ts';

export const SESSIONS = '/api/acquisition/sessions';

const readySchema = z.object({
  event: z.literal('ready'),
  api_url: z.string(),
  nats_url: z.string(),
  session_id: z.string(),
});
const runningSchema = z.object({ children: z.record(z.string(), z.object({ pid: z.int() })) });

type Ready = z.infer<typeof readySchema>;
type Children = z.infer<typeof runningSchema>['children'];

export async function homeOfStack(): Promise<string> {
  const home = await temporaryFolder('stack');
  await portsOfStack(home);
  return home;
}

/**
 * @param checkout the checkout to run and watch, where it is not the one of this file
 * @param args of `npm start`
 */
export async function start(
  home: string,
  env: Readonly<Record<string, string>> = {},
  checkout?: string,
  args: readonly string[] = [],
): Promise<RunningProcess> {
  const stack = await startProcess({
    name: 'stack',
    command: process.execPath,
    args: [
      ...(checkout === undefined
        ? [builtProgram('launcher')]
        : [join(checkout, 'dev', 'src', 'main.ts'), '--watch']),
      ...args,
    ],
    env: {
      HOLDFAST_HOME: home,
      API_PORT: '0',
      NATS_PORT: '0',
      LEASE_TTL_MS: '3000',
      LEASE_RENEW_MS: '500',
      LEASE_MARGIN_MS: '500',
      ...env,
    },
  });
  cleanUpAfterFile(() => stack.stop({ graceMs: 60_000 }));
  return stack;
}

/** The refusal to read a device at an address outside of this machine, where no device is. */
export async function refusalOfElsewhere({ api_url }: Ready): Promise<string> {
  const device = {
    protocol: 'modbus_tcp',
    host: '169.254.169.254',
    port: 502,
    code: 'elsewhere',
    timeout_ms: 200,
  };
  const answer = await fetch(`${api_url}/api/config/devices/try/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ device }),
  });
  return z.object({ detail: z.string() }).parse(await answer.json()).detail;
}

/** Waits until the stack says that it is ready. */
export async function ready(stack: RunningProcess): Promise<Ready> {
  for await (const line of stack.lines()) {
    if (!line.startsWith('{')) continue;
    const facts = readySchema.safeParse(JSON.parse(line));
    if (facts.success) return facts.data;
  }
  throw new Error(`the stack ended before it was ready:\n${stack.lastLines(20).join('\n')}`);
}

export async function read<T extends z.ZodType>(
  { api_url }: Ready,
  path: string,
  schema: T,
): Promise<z.infer<T>> {
  return schema.parse(await (await fetch(`${api_url}${path}`)).json());
}

/** Whether the stack's NATS lets in an operator with this key, or a client without one. */
export async function isLetIntoNats({ nats_url: url }: Ready, nkeySeed?: string): Promise<boolean> {
  try {
    const log = createLogger('test', 'silent');
    const { close } = await connectNats({ url, nkeySeed, name: 'operator', log });
    await close();
    return true;
  } catch (error) {
    if (/authorization violation/i.test(String(error))) return false;
    throw error;
  }
}

/** Who may read a folder, and every file below it. */
export async function modesIn(folder: string): Promise<{ folder: number; files: number[] }> {
  const mode = async (path: string) => (await stat(path)).mode & 0o777;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const modes = await Promise.all(files.map(({ parentPath, name }) => mode(join(parentPath, name))));
  return { folder: await mode(folder), files: [...new Set(modes)] };
}

/** Writes over REST, as the last lines of the start suggest. */
export async function writeSetpoint(facts: Ready): Promise<unknown> {
  const { results } = await read(facts, '/api/config/points/?code=supply_setpoint', pointPageSchema);
  const response = await fetch(`${facts.api_url}/api/acquisition/points/${results[0]?.id}/write/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ value: 7.5 }),
  });
  return response.json();
}

/** @returns the status of the answer, and the names of the keys that it lists */
export async function keysAsSeenWith({ api_url }: Ready, key: string): Promise<[number, string[]]> {
  const response = await fetch(`${api_url}/api/system/keys/`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const page = keyPageSchema.safeParse(await response.json());
  return [response.status, page.data?.results.map(({ name }) => name) ?? []];
}

export function session(facts: Ready): Promise<z.infer<typeof sessionViewSchema>> {
  return read(facts, `${SESSIONS}/${facts.session_id}/`, sessionViewSchema);
}

export async function placedSession(
  facts: Ready,
): Promise<{ collector_id: string; epoch: number } | undefined> {
  const { collector_id, epoch } = await session(facts);
  return collector_id === null || epoch === null ? undefined : { collector_id, epoch };
}

/** The collector that holds the demo session. */
export function holderOf(facts: Ready, home: string): Promise<{ name: string; pid: number; epoch: number }> {
  return eventually(
    async () => {
      const placed = await placedSession(facts);
      const pid = placed && (await childrenOf(home))[placed.collector_id]?.pid;
      return placed && pid ? { name: placed.collector_id, pid, epoch: placed.epoch } : undefined;
    },
    { what: 'the demo session to be placed' },
  );
}

/** A variable in a process's environment, on Linux. It shows that everything the stack keeps is in its folder. */
export async function settingOf(pid: number, name: string): Promise<string | undefined> {
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  return environment.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
}

export async function sampleSince(facts: Ready, time: Date): Promise<void> {
  const query = new URLSearchParams({
    point_code: 'barrel_zone_1_temperature',
    session_id: facts.session_id,
    start_time: time.toISOString(),
  });
  await eventually(
    async () =>
      (await read(facts, `${SESSIONS}/point-history/?${query}`, pointHistorySchema)).results.length > 0,
    { what: `a sample after ${time.toISOString()} in the database` },
  );
}

export async function childrenOf(home: string): Promise<Children> {
  return (await readJsonFile(join(home, 'running.json'), runningSchema))?.children ?? {};
}

/** A copy of the sources of everything that the stack runs, which a test may change, with this checkout's packages. */
export async function copyOfSources(): Promise<string> {
  const checkout = await temporaryFolder('checkout');
  for (const folder of ['dev', 'drivers', 'packages', 'services', 'simulators']) {
    await cp(join(PROJECT_ROOT, folder), join(checkout, folder), { recursive: true, verbatimSymlinks: true });
  }
  // So that it need not be built once more.
  await cp(join(PROJECT_ROOT, 'dist/console'), join(checkout, 'dist/console'), { recursive: true }).catch(
    () => {},
  );
  await cp(join(PROJECT_ROOT, 'package.json'), join(checkout, 'package.json'));
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(checkout, 'node_modules'));
  return checkout;
}

/** Waits until each collector is a new process and its former one is over. */
export function collectorsOtherThan(before: Children, home: string): Promise<Children> {
  return eventually(
    async () => {
      const now = await childrenOf(home);
      for (const name of ['collector-1', 'collector-2']) {
        const former = before[name]?.pid ?? 0;
        if (now[name]?.pid === former || !(await isOver(former))) return undefined;
      }
      return now;
    },
    { what: 'both collectors to be restarted' },
  );
}

/** The ids of all processes of this stack's collectors on the machine, whoever started them; Linux only. */
export async function collectorsAt(natsUrl: string): Promise<string[]> {
  const ids: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(`NATS_URL=${natsUrl}`)) continue;
    const id = environment.split('\0').find((each) => each.startsWith('COLLECTOR_ID='));
    if (id !== undefined) ids.push(id.slice('COLLECTOR_ID='.length));
  }
  return ids.sort();
}

export async function eventTypesIn(home: string): Promise<(string | undefined)[]> {
  return (await recordedIn(home)).types;
}

/** The contents of SESSIONS and SAMPLES while the stack is down, read by a broker of our own. */
export async function recordedIn(home: string) {
  const configLines = [
    'accounts { CORE { jetstream: enabled, users: [{ user: "test", password: "test" }] } }',
  ];
  const broker = await startNatsServer({ storeDir: join(home, 'nats'), configLines });
  try {
    const log = await sessionLogForTest(`nats://test:test@127.0.0.1:${broker.port}`);
    const events = await log.events();
    const samples = await log.samples();
    await log.nc.close();
    return {
      types: events.map(({ decoded }) => ('event' in decoded ? decoded.event.type : undefined)),
      samples,
    };
  } finally {
    await broker.stop();
  }
}
