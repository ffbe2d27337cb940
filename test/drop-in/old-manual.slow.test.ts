import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { killFamily } from '@holdfast/dev/process-family.ts';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { devicePageSchema } from '@holdfast/shared/contracts/http/device-http.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type DocumentedStack, startDocumentedStack } from '../documents/documented-stack.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { oldManual } from './old-manual.mjs';

const root = join(import.meta.dirname, '..', '..');
const { curl, jq } = inject('installedServers');
const isTried = curl !== null && jq !== null && findProgram('python3') !== undefined;

/** Blocks are typed one after the other, as the manual has them. */
describe.runIf(isTried)('the manual of the predecessor', () => {
  let stack: DocumentedStack;
  let manual: ReturnType<typeof oldManual>;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    stack = await startDocumentedStack();
    // biome-ignore lint/style/noProcessEnv: the shell of a reader has a PATH
    environment = { ...process.env, HOLDFAST_HOME: stack.home };
    const devices = await fetch(`${stack.apiUrl}/api/config/devices/?code=chiller-1`);
    const device = devicePageSchema.parse(await devices.json()).results[0]?.id ?? 0;
    const log = join(stack.home, 'holdfast.log');
    manual = oldManual({ url: stack.apiUrl, session: '1-1', device, log });
  });

  /** The output of a block. @throws with all of it when it fails */
  const typed = async (block = ''): Promise<string> => {
    const shell = spawn('bash', ['-c', block], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    cleanUpAfterFile(async () => void shell.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => shell.once('close', resolve));
    const [out, err] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    if ((await ended) !== 0) throw new Error(`${block}\n${out}\n${err}`);
    return out;
  };
  const started = async (task: string) => {
    const { id } = await posted('/api/config/tasks/', { code: task, period_ms: 1_000, device_ids: [2] });
    return String((await posted('/api/acquisition/sessions/start-task/', { task_id: id })).session_id);
  };
  const posted = async (path: string, body: unknown = {}) => {
    const answer = await fetch(`${stack.apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.ok, path).toBe(true);
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };

  it('shows what runs, one session and a device', async () => {
    expect(JSON.parse(await typed(manual.listActive))).toMatchObject([{ id: '1-1', status: 'running' }]);
    const status = await eventually(
      async () => {
        const status = JSON.parse(await typed(manual.showStatus));
        return status.metadata.device_health['chiller-1']?.status === 'healthy' && status;
      },
      { what: 'the health of a device' },
    );
    expect(status).toMatchObject({ session_id: '1-1', status: 'running' });
    expect(JSON.parse(await typed(manual.showDevice))).toMatchObject({ code: 'chiller-1' });
  });

  it('counts what runs, and what is paused not', async () => {
    const counted = async () => (await typed(`${manual.countActive}\necho "$ACTUAL"`)).trim();
    const second = await started('second');
    expect(await counted()).toBe('2');
    await posted(`/api/acquisition/sessions/${second}/pause/`);
    expect(await counted()).toBe('1');
    await posted(`/api/acquisition/sessions/${second}/resume/`);
    expect(await counted()).toBe('2');
  });

  it('restarts everything, after which every session is read again and the log says so', async () => {
    const log = await followed(manual.followLog);
    const before = await childrenOf(stack.home);
    const output = await typed(manual.restart);
    expect(output).toContain('All services were restarted, and every session that should run is read again.');
    const after = await childrenOf(stack.home);
    for (const name of ['api', 'supervisor', 'alarms', 'writer', 'collector-1', 'collector-2']) {
      expect(after[name]?.pid, name).not.toBe(before[name]?.pid);
    }
    for (const name of ['nats', 'postgres', 'simulator']) expect(after[name]?.pid).toBe(before[name]?.pid);
    expect(await typed(`HOLDFAST_URL=${stack.apiUrl} ./check_recovery.sh`)).toBe(
      'OK: expected 2 running sessions, actual 2\n',
    );
    for (const sentence of [
      'Found 2 running sessions to recover',
      'Recovering session 1-1 for task workshop-1',
      'Successfully recovered session 1-1',
      'Session recovery completed',
    ]) {
      await eventually(() => log.lastLines(1_000).some((line) => line.includes(sentence)), {
        what: `"${sentence}" in the log`,
      });
    }
  });

  it('stops all that runs', async () => {
    await typed(manual.stopAll);
    expect(JSON.parse(await typed(manual.listActive))).toEqual([]);
    expect(JSON.parse(await typed(manual.showStatus))).toMatchObject({ id: '1-1', status: 'stopped' });
  });

  it('says that nothing runs where nothing does', async () => {
    await expect(typed(`HOLDFAST_HOME=/nowhere HOLDFAST_COMPOSE=false ${manual.restart}`)).rejects.toThrow(
      'nothing runs here: neither npm start nor docker compose up',
    );
    await expect(typed(`${manual.restart} systemd`)).rejects.toThrow('there is no systemd: npm or compose');
  });
});

/** A block that goes on printing until the file is over; line by line, as grep does on a terminal and not in a pipe. */
async function followed(block = ''): Promise<RunningProcess> {
  const [command = '', ...args] = findProgram('stdbuf') ? ['stdbuf', '-oL', 'bash'] : ['bash'];
  const follower = await startProcess({ name: 'tail', command, args: [...args, '-c', block] });
  // Ends the programs of its pipe too, which would follow the log for ever.
  cleanUpAfterFile(async () => {
    await killFamily(follower.pid);
    await follower.exited;
  });
  return follower;
}

async function childrenOf(home: string): Promise<Readonly<Record<string, { readonly pid: number }>>> {
  return JSON.parse(await readFile(join(home, 'running.json'), 'utf8')).children;
}
