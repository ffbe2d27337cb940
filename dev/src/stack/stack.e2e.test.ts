import { once } from 'node:events';
import { appendFile, cp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { keyPageSchema } from '@holdfast/shared/contracts/http/access-http.ts';
import { devicePageSchema, pointPageSchema } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { pointHistorySchema } from '@holdfast/shared/contracts/http/point-history-http.ts';
import { sessionPageSchema, sessionViewSchema } from '@holdfast/shared/contracts/http/session-http.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { doubledTicks } from '@holdfast/test/support/doubled-ticks.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { portsOfStack } from '@holdfast/test/support/ports-of-stack.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type RunningProcess, startProcess } from '../child-process.ts';
import { startNatsServer } from '../nats-server.ts';
import { isOver } from '../process-family.ts';
import { PROJECT_ROOT } from './home-folder.ts';
import { readJsonFile } from './json-file.ts';

const SESSIONS = '/api/acquisition/sessions';
const main = join(import.meta.dirname, '..', 'main.ts');
const storyTimeoutMs = 240_000;

const readySchema = z.object({
  event: z.literal('ready'),
  api_url: z.string(),
  nats_url: z.string(),
  session_id: z.string(),
});
const runningSchema = z.object({ children: z.record(z.string(), z.object({ pid: z.int() })) });

type Ready = z.infer<typeof readySchema>;
type Children = z.infer<typeof runningSchema>['children'];

describe('the local stack', { timeout: storyTimeoutMs }, () => {
  it('goes on with its demo session at the next start, and leaves a stopped one stopped', async () => {
    const home = await homeOfStack();

    const first = await start(home);
    const facts = await ready(first);
    const { session_id } = facts;
    expect(await writeSetpoint(facts)).toMatchObject({ outcome: 'written', read_back: { value: 7.5 } });
    const key = (await readFile(join(home, 'admin-key'), 'utf8')).trim();
    expect((await stat(join(home, 'admin-key'))).mode & 0o777).toBe(0o600);
    expect(await keysAsSeenWith(facts, key)).toEqual([200, ['first-admin']]);
    expect(await keysAsSeenWith(facts, `${key}x`)).toEqual([401, []]);
    expect(first.lastLines(1_000).join('\n')).not.toContain(key);
    first.signal('SIGINT');
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(await eventTypesIn(home)).toEqual(['session.started', 'session.assigned']);

    const second = await start(home);
    const startedAt = new Date();
    const again = await ready(second);
    expect(again.session_id).toBe(session_id);
    expect(await session(again)).toMatchObject({ status: 'running' });
    expect(await keysAsSeenWith(again, key)).toEqual([200, ['first-admin']]);
    await sampleSince(again, startedAt);
    await fetch(`${again.api_url}${SESSIONS}/${session_id}/stop/`, { method: 'POST' });
    second.signal('SIGTERM');
    expect(await second.exited).toEqual({ code: 0, signal: null });

    const third = await start(home);
    const last = await ready(third);
    expect(await session(last)).toMatchObject({ id: session_id, status: 'stopped' });
    expect((await read(last, `${SESSIONS}/`, sessionPageSchema)).results).toHaveLength(1);
    await third.stop();
    const types = await eventTypesIn(home);
    expect(types.filter((type) => type === 'session.started')).toHaveLength(1);
  });

  it('gives the demo a new session when its simulator cannot have its former ports', async () => {
    const home = await homeOfStack();
    const first = await start(home);
    const before = await ready(first);
    first.signal('SIGINT');
    expect(await first.exited).toEqual({ code: 0, signal: null });
    const portsFile = join(home, 'ports.json');
    const ports = z.record(z.string(), z.int()).parse(JSON.parse(await readFile(portsFile, 'utf8')));
    const base = ports.simulator_base ?? 0;
    const server = createServer();
    server.listen(base, '127.0.0.1');
    await once(server, 'listening');
    cleanUpAfterFile(async () => server.close());

    const second = await start(home);
    const startedAt = new Date();
    const after = await ready(second);

    expect(after.session_id).not.toBe(before.session_id);
    await sampleSince(after, startedAt);
    expect(await session({ ...after, session_id: before.session_id })).toMatchObject({ status: 'stopped' });
    const { results } = await read(after, '/api/config/devices/', devicePageSchema);
    expect(results.map(({ port }) => port)).not.toContain(base);
    await second.stop();
  });

  it('goes on with the session when its collector is killed, is asked to end, and when the stack itself is killed', async () => {
    const home = await homeOfStack();
    const stack = await start(home);
    const facts = await ready(stack);

    // Whether the killed one comes back first or another takes over is a matter of its pause; both are right.
    const killed = await holderOf(facts, home);
    if (process.platform === 'linux') {
      expect(await settingOf(killed.pid, 'SPOOL_DIR')).toBe(join(home, 'spool'));
    }
    process.kill(killed.pid, 'SIGKILL');
    await eventually(() => isOver(killed.pid), { what: 'the end of the killed collector' });
    await sampleSince(facts, new Date());
    await eventually(async () => (await childrenOf(home))[killed.name]?.pid !== killed.pid, {
      what: 'the killed collector to be started again',
    });

    // One that drains gives its work away: another has it before it is back.
    const drained = await holderOf(facts, home);
    process.kill(drained.pid, 'SIGTERM');
    await eventually(async () => ((await placedSession(facts))?.epoch ?? 0) > drained.epoch, {
      what: 'a higher epoch',
      timeoutMs: 60_000,
    });
    await sampleSince(facts, new Date());

    const second = await start(home);
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.lastLines(10).join('\n')).toContain(`kill -INT ${stack.pid}`);

    const pids = Object.values(await childrenOf(home)).map(({ pid }) => pid);
    await stack.kill();
    const third = await start(home);
    const startedAt = new Date();
    const again = await ready(third);
    expect(again.session_id).toBe(facts.session_id);
    await sampleSince(again, startedAt);
    for (const pid of pids)
      expect(await isOver(pid), `process ${pid} of the killed stack is over`).toBe(true);
    await third.stop();
    expect(await eventTypesIn(home)).not.toContain('session.stopped');
  });
});

describe.runIf(process.platform === 'linux')(
  'the local stack in development',
  { timeout: storyTimeoutMs },
  () => {
    it('restarts what has changed once: the session goes on, no collector stays behind, no tick is read twice', async () => {
      const checkout = await copyOfSources();
      const source = join(checkout, 'services', 'collector', 'src', 'main.ts');
      const sound = await readFile(source, 'utf8');
      const home = await homeOfStack();
      const stack = await start(home, { NODE_COMPILE_CACHE: join(checkout, 'compiled') }, checkout);
      const facts = await ready(stack);
      const before = await childrenOf(home);
      await sampleSince(facts, new Date());

      await appendFile(source, '\n// Another word.\n');

      const after = await collectorsOtherThan(before, home);
      expect(after.supervisor).toEqual(before.supervisor);
      expect(after.simulator).toEqual(before.simulator);
      await sampleSince(facts, new Date());
      expect(await collectorsAt(facts.nats_url)).toEqual(['collector-1', 'collector-2']);

      await writeFile(source, `${sound}\nconst = broken;\n`);
      await eventually(
        () => stack.lastLines(200).filter((line) => line.includes('"broken":true')).length === 2,
        { what: 'a word about both collectors that do not run', timeoutMs: 60_000 },
      );
      expect(await collectorsAt(facts.nats_url)).toEqual([]);
      await writeFile(source, sound);
      await sampleSince(facts, new Date());

      // Ctrl+C just while it restarts.
      await appendFile(source, '\n// The last word.\n');
      await eventually(
        () => stack.lastLines(200).filter((line) => line.includes('"reloading"')).length === 4,
        {
          what: 'the last restart',
        },
      );
      stack.signal('SIGINT');
      expect(await stack.exited).toEqual({ code: 0, signal: null });
      expect(await collectorsAt(facts.nats_url)).toEqual([]);
      const { types, samples } = await recordedIn(home);
      expect(types.filter((type) => type !== 'session.assigned' && type !== 'session.released')).toEqual([
        'session.started',
      ]);
      // At most one for each restart.
      expect(types.filter((type) => type === 'session.assigned').length).toBeLessThanOrEqual(5);
      expect(doubledTicks(samples)).toEqual([]);
    });
  },
);

describe('a start that cannot succeed', () => {
  it('says which port is taken and how to take another', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUpAfterFile(async () => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;

    const stack = await start(await homeOfStack(), { API_PORT: String(port) });

    expect(await stack.exited).toEqual({ code: 1, signal: null });
    expect(stack.lastLines(10).join('\n')).toMatch(new RegExp(`:${port}\\b.*API_PORT=\\d+ npm start`));
  });

  it('says which folder of another version to move away', async () => {
    const home = await homeOfStack();
    await writeFile(join(home, 'version'), '0\n');

    const stack = await start(home);

    expect(await stack.exited).toEqual({ code: 1, signal: null });
    expect(stack.lastLines(10).join('\n')).toContain(`mv ${home} ${home}-0`);
  });

  it('leaves a folder alone that is not its own', async () => {
    const home = await temporaryFolder('stack');
    await writeFile(join(home, 'thesis.txt'), 'draft 7');

    const stack = await start(home);

    expect(await stack.exited).toEqual({ code: 1, signal: null });
    expect(stack.lastLines(10).join('\n')).toContain('HOLDFAST_HOME=');
  });

  it('names every wrong setting', async () => {
    const stack = await start(await homeOfStack(), { API_PORT: 'many', COLLECTORS: '0' });

    expect(await stack.exited).toEqual({ code: 1, signal: null });
    expect(stack.lastLines(10).join('\n')).toMatch(/API_PORT[\s\S]*COLLECTORS/);
  });
});

async function homeOfStack(): Promise<string> {
  const home = await temporaryFolder('stack');
  await portsOfStack(home);
  return home;
}

/** @param checkout watched, where it is not the one that this file is in */
async function start(
  home: string,
  env: Readonly<Record<string, string>> = {},
  checkout?: string,
): Promise<RunningProcess> {
  const stack = await startProcess({
    name: 'stack',
    command: process.execPath,
    args: checkout === undefined ? [main] : [join(checkout, 'dev', 'src', 'main.ts'), '--watch'],
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

/** Waits until the stack says that it is ready. */
async function ready(stack: RunningProcess): Promise<Ready> {
  for await (const line of stack.lines()) {
    if (!line.startsWith('{')) continue;
    const facts = readySchema.safeParse(JSON.parse(line));
    if (facts.success) return facts.data;
  }
  throw new Error(`the stack ended before it was ready:\n${stack.lastLines(20).join('\n')}`);
}

async function read<T extends z.ZodType>({ api_url }: Ready, path: string, schema: T): Promise<z.infer<T>> {
  return schema.parse(await (await fetch(`${api_url}${path}`)).json());
}

/** As the last lines of the start say it, over REST. */
async function writeSetpoint(facts: Ready): Promise<unknown> {
  const { results } = await read(facts, '/api/config/points/?code=supply_setpoint', pointPageSchema);
  const response = await fetch(`${facts.api_url}/api/acquisition/points/${results[0]?.id}/write/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ value: 7.5 }),
  });
  return response.json();
}

/** @returns the status of the answer, and the names of the keys that it lists */
async function keysAsSeenWith({ api_url }: Ready, key: string): Promise<[number, string[]]> {
  const response = await fetch(`${api_url}/api/system/keys/`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const page = keyPageSchema.safeParse(await response.json());
  return [response.status, page.data?.results.map(({ name }) => name) ?? []];
}

function session(facts: Ready): Promise<z.infer<typeof sessionViewSchema>> {
  return read(facts, `${SESSIONS}/${facts.session_id}/`, sessionViewSchema);
}

async function placedSession(facts: Ready): Promise<{ collector_id: string; epoch: number } | undefined> {
  const { collector_id, epoch } = await session(facts);
  return collector_id === null || epoch === null ? undefined : { collector_id, epoch };
}

/** The collector that holds the demo session. */
function holderOf(facts: Ready, home: string): Promise<{ name: string; pid: number; epoch: number }> {
  return eventually(
    async () => {
      const placed = await placedSession(facts);
      const pid = placed && (await childrenOf(home))[placed.collector_id]?.pid;
      return placed && pid ? { name: placed.collector_id, pid, epoch: placed.epoch } : undefined;
    },
    { what: 'the demo session to be placed' },
  );
}

/** What a process was given, where the system tells (Linux): all that the stack keeps is to lie in its folder. */
async function settingOf(pid: number, name: string): Promise<string | undefined> {
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  return environment.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
}

async function sampleSince(facts: Ready, time: Date): Promise<void> {
  const query = new URLSearchParams({
    point_code: 'barrel_zone_1_temperature',
    session_id: facts.session_id,
    start_time: time.toISOString(),
  });
  await eventually(
    async () =>
      (await read(facts, `${SESSIONS}/point-history/?${query}`, pointHistorySchema)).results.length > 0,
    { what: `a sample after ${time.toISOString()} in the database`, timeoutMs: 60_000 },
  );
}

async function childrenOf(home: string): Promise<Children> {
  return (await readJsonFile(join(home, 'running.json'), runningSchema))?.children ?? {};
}

/** The sources of everything that the stack runs, to be changed, with the packages of this checkout. */
async function copyOfSources(): Promise<string> {
  const checkout = await temporaryFolder('checkout');
  for (const folder of ['dev', 'packages', 'services', 'simulators']) {
    await cp(join(PROJECT_ROOT, folder), join(checkout, folder), { recursive: true, verbatimSymlinks: true });
  }
  await cp(join(PROJECT_ROOT, 'package.json'), join(checkout, 'package.json'));
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(checkout, 'node_modules'));
  return checkout;
}

/** Waits until each collector is another process and its former one is over. */
function collectorsOtherThan(before: Children, home: string): Promise<Children> {
  return eventually(
    async () => {
      const now = await childrenOf(home);
      for (const name of ['collector-1', 'collector-2']) {
        const former = before[name]?.pid ?? 0;
        if (now[name]?.pid === former || !(await isOver(former))) return undefined;
      }
      return now;
    },
    { what: 'both collectors to be restarted', timeoutMs: 60_000 },
  );
}

/** The ids of all collector processes of this stack on the machine, whoever started them; only Linux tells. */
async function collectorsAt(natsUrl: string): Promise<string[]> {
  const ids: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const given = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!given.split('\0').includes(`NATS_URL=${natsUrl}`)) continue;
    const id = given.split('\0').find((each) => each.startsWith('COLLECTOR_ID='));
    if (id !== undefined) ids.push(id.slice('COLLECTOR_ID='.length));
  }
  return ids.sort();
}

async function eventTypesIn(home: string): Promise<(string | undefined)[]> {
  return (await recordedIn(home)).types;
}

/** What SESSIONS and SAMPLES hold while the stack is down, read by a broker of our own. */
async function recordedIn(home: string) {
  const broker = await startNatsServer({ storeDir: join(home, 'nats') });
  try {
    const log = await sessionLogForTest(broker.url);
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
