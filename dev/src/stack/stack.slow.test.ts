import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { devicePageSchema } from '@holdfast/shared/contracts/http/device-http.ts';
import { sessionPageSchema } from '@holdfast/shared/contracts/http/session-http.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { doubledTicks } from '@holdfast/test/support/doubled-ticks.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isOver } from '../process-family.ts';
import {
  childrenOf,
  collectorsAt,
  collectorsOtherThan,
  copyOfSources,
  eventTypesIn,
  holderOf,
  homeOfStack,
  isLetIntoNats,
  keysAsSeenWith,
  modesIn,
  placedSession,
  read,
  ready,
  recordedIn,
  refusalOfElsewhere,
  SESSIONS,
  sampleSince,
  session,
  settingOf,
  start,
  writeSetpoint,
} from './testing/stack-under-test.ts';

const storyTimeoutMs = 240_000;

describe('the local stack', { timeout: storyTimeoutMs }, () => {
  it('goes on with its demo session at the next start, and leaves a stopped one stopped', async () => {
    const home = await homeOfStack();

    const first = await start(home);
    const facts = await ready(first);
    const { session_id } = facts;
    expect(await writeSetpoint(facts)).toMatchObject({ outcome: 'written', read_back: { value: 7.5 } });
    const key = (await readFile(join(home, 'admin-key'), 'utf8')).trim();
    for (const file of ['admin-key', 'holdfast.log', 'database-url', 'running.json']) {
      expect((await stat(join(home, file))).mode & 0o777, file).toBe(0o600);
    }
    expect((await stat(join(home, 'nats'))).mode & 0o777).toBe(0o700);
    expect(await keysAsSeenWith(facts, key)).toEqual([200, ['admin']]);
    expect(await keysAsSeenWith(facts, `${key}x`)).toEqual([401, []]);
    expect(first.lastLines(1_000).join('\n')).not.toContain(key);
    expect(await isLetIntoNats(facts)).toBe(false);
    const { nkey } = z
      .object({ nkey: z.string() })
      .parse(JSON.parse(await readFile(join(home, 'nats-context.json'), 'utf8')));
    expect(await isLetIntoNats(facts, await readFile(nkey, 'utf8'))).toBe(true);
    expect(await modesIn(join(home, 'secrets'))).toEqual({ folder: 0o700, files: [0o600] });
    expect(await refusalOfElsewhere(facts)).toContain('DEVICE_NETWORKS allows (127.0.0.0/8,');
    first.signal('SIGINT');
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(await eventTypesIn(home)).toEqual(['session.started', 'session.assigned']);

    const second = await start(home, { DEVICE_NETWORKS: '127.0.0.0/8,169.254.0.0/16' });
    const startedAt = new Date();
    const again = await ready(second);
    expect(again.session_id).toBe(session_id);
    expect(await session(again)).toMatchObject({ status: 'running' });
    expect(await keysAsSeenWith(again, key)).toEqual([200, ['admin']]);
    await sampleSince(again, startedAt);
    expect(await refusalOfElsewhere(again)).not.toContain('DEVICE_NETWORKS');
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

  it('asks everybody for a key where this machine is not trusted, and uses its own', async () => {
    const home = await homeOfStack();
    const keyFile = join(home, 'admin-key');
    const closed = { API_ANONYMOUS_LOOPBACK: 'false' };
    const stack = await start(home, closed);
    const facts = await ready(stack);
    const key = (await readFile(keyFile, 'utf8')).trim();
    const answered = async (url: string, headers: Record<string, string>) => {
      const response = await fetch(`${url}${SESSIONS}/${facts.session_id}/`, { headers });
      return [response.status, JSON.parse(await response.text())];
    };
    const withKey = { authorization: `Bearer ${key}` };
    expect(await answered(facts.api_url, {})).toMatchObject([401, { code: 'key_needed' }]);
    expect(await answered(facts.api_url, withKey)).toMatchObject([200, { status: 'running' }]);
    await stack.stop();

    // The key's file is lost: a new key would open nothing.
    await rm(keyFile);
    const second = await start(home, closed);
    const line = await eventually(
      () => second.lastLines(50).find((each) => each.includes('"session_id":null')),
      { what: 'the start without the demo' },
    );
    expect(second.lastLines(50).join('\n')).toContain('takes no key from');
    expect(existsSync(keyFile)).toBe(false);
    expect(await answered(JSON.parse(line).api_url, withKey)).toMatchObject([200, { status: 'running' }]);
    await second.stop();
  });

  it('starts children again that are killed before they are ready', async () => {
    const home = await homeOfStack();
    const stack = await start(home);
    const isReady = ready(stack);
    const killed = new Set<string>();
    const services = ['simulator', 'writer', 'supervisor', 'alarms', 'api', 'collector-1', 'collector-2'];
    // Each is listed as it is spawned, a second or more before it answers.
    await eventually(
      async () => {
        for (const [name, { pid }] of Object.entries(await childrenOf(home))) {
          if (!services.includes(name) || killed.has(name)) continue;
          process.kill(pid, 'SIGKILL');
          killed.add(name);
        }
        return killed.size === services.length;
      },
      { what: 'all services to have been killed once', intervalMs: 5 },
    );
    const startedAt = new Date();
    await sampleSince(await isReady, startedAt);
    await stack.stop();
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

    // Either the killed collector comes back first or another takes over, depending on its pause; both are right.
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

    // A draining collector gives its work away: another has it before the first is back.
    const drained = await holderOf(facts, home);
    process.kill(drained.pid, 'SIGTERM');
    await eventually(async () => ((await placedSession(facts))?.epoch ?? 0) > drained.epoch, {
      what: 'a higher epoch',
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
      // The stack is ready before it watches: changes until then go unnoticed.
      await eventually(() => stack.lastLines(1_000).some((line) => line.includes('"watching"')), {
        what: 'the sources to be watched',
      });
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
        { what: 'a word about both collectors that do not run' },
      );
      expect(await collectorsAt(facts.nats_url)).toEqual([]);
      await writeFile(source, sound);
      await sampleSince(facts, new Date());

      // Ctrl+C during a restart: the new processes cannot hear yet that they are to end.
      const last = await childrenOf(home);
      await writeFile(source, `await new Promise((resolve) => setTimeout(resolve, 60_000));\n${sound}`);
      await collectorsOtherThan(last, home);
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
