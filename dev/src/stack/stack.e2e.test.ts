import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { devicePageSchema } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { pointHistorySchema } from '@holdfast/shared/contracts/http/point-history-http.ts';
import { sessionPageSchema, sessionViewSchema } from '@holdfast/shared/contracts/http/session-http.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type RunningProcess, startProcess } from '../child-process.ts';
import { startNatsServer } from '../nats-server.ts';
import { isOver } from '../process-family.ts';
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

describe('the local stack', { timeout: storyTimeoutMs }, () => {
  it('goes on with its demo session at the next start, and leaves a stopped one stopped', async () => {
    const home = await temporaryFolder('stack');

    const first = await start(home);
    const { session_id } = await ready(first);
    first.signal('SIGINT');
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(await eventTypesIn(home)).toEqual(['session.started', 'session.assigned']);

    const second = await start(home);
    const startedAt = new Date();
    const again = await ready(second);
    expect(again.session_id).toBe(session_id);
    expect(await session(again)).toMatchObject({ status: 'running' });
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
    const home = await temporaryFolder('stack');
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
    const home = await temporaryFolder('stack');
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

describe('a start that cannot succeed', () => {
  it('says which port is taken and how to take another', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUpAfterFile(async () => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;

    const stack = await start(await temporaryFolder('stack'), { API_PORT: String(port) });

    expect(await stack.exited).toEqual({ code: 1, signal: null });
    expect(stack.lastLines(10).join('\n')).toMatch(new RegExp(`:${port}\\b.*API_PORT=\\d+ npm start`));
  });

  it('says which folder of another version to move away', async () => {
    const home = await temporaryFolder('stack');
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
    const stack = await start(await temporaryFolder('stack'), { API_PORT: 'many', COLLECTORS: '0' });

    expect(await stack.exited).toEqual({ code: 1, signal: null });
    expect(stack.lastLines(10).join('\n')).toMatch(/API_PORT[\s\S]*COLLECTORS/);
  });
});

async function start(home: string, env: Readonly<Record<string, string>> = {}): Promise<RunningProcess> {
  const stack = await startProcess({
    name: 'stack',
    command: process.execPath,
    args: [main],
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

async function childrenOf(home: string): Promise<z.infer<typeof runningSchema>['children']> {
  return (await readJsonFile(join(home, 'running.json'), runningSchema))?.children ?? {};
}

/** What SESSIONS holds while the stack is down, read by a broker of our own. */
async function eventTypesIn(home: string): Promise<(string | undefined)[]> {
  const broker = await startNatsServer({ storeDir: join(home, 'nats') });
  try {
    const log = await sessionLogForTest(broker.url);
    const events = await log.events();
    await log.nc.close();
    return events.map(({ decoded }) => ('event' in decoded ? decoded.event.type : undefined));
  } finally {
    await broker.stop();
  }
}
