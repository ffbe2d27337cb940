import { appendFile, copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sitePageSchema } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import { startProcess } from '../child-process.ts';
import { homeOfStack, read, ready, sampleSince, session, start } from './testing/stack-under-test.ts';

/** Runs `npm run backup` or `npm run restore` to its end, with no setting but the folder of the stack. */
async function command(home: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = await startProcess({
    name: 'backup',
    command: process.execPath,
    args: [join(import.meta.dirname, '..', 'backup.ts'), ...args],
    env: { HOLDFAST_HOME: home },
  });
  const { code } = await program.exited;
  return { code, output: program.lastLines(50).join('\n') };
}

const setAside = async (home: string) => (await readdir(home)).filter((name) => name.startsWith('before-'));

describe('the installation of npm start', { timeout: 240_000 }, () => {
  it('is saved while it runs and restored by one command; what was there is kept', async () => {
    const home = await homeOfStack();
    const saved = join(await temporaryFolder('backups'), 'saved');
    const stopped = await command(home, 'backup', '--to', saved);
    expect(stopped.code).toBe(1);
    expect(stopped.output).toContain('npm start');

    const first = await start(home);
    const facts = await ready(first);
    expect(await command(home, 'backup', '--to', saved)).toMatchObject({ code: 0 });
    const late = await fetch(`${facts.api_url}/api/config/sites/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'after-the-backup' }),
    });
    expect(late.status).toBe(201);
    const running = await command(home, 'restore', '--from', saved);
    expect(running.code).toBe(1);
    expect(running.output).toContain('runs here already');
    await first.stop();

    // A backup that is not whole changes nothing.
    const [events = ''] = (await readdir(saved)).filter((name) => name.startsWith('sessions'));
    const whole = await readFile(join(saved, events));
    await appendFile(join(saved, events), 'x');
    const torn = await command(home, 'restore', '--from', saved);
    expect(torn.code).toBe(1);
    expect(torn.output).toContain(events);
    expect(await setAside(home)).toEqual([]);
    expect(await readdir(home)).not.toContain('restoring');
    await writeFile(join(saved, events), whole);

    const restored = await command(home, 'restore', '--from', saved);
    expect(restored).toMatchObject({ code: 0 });
    const [aside = ''] = await setAside(home);
    expect(restored.output).toContain(aside);
    expect(await readdir(join(home, aside))).toEqual(expect.arrayContaining(['nats', 'postgres']));

    const startedAt = new Date();
    const second = await start(home);
    const after = await ready(second);
    expect(after.session_id).toBe(facts.session_id);
    expect(await session(after)).toMatchObject({ status: 'running' });
    await sampleSince(after, startedAt);
    const sites = await read(after, '/api/config/sites/', sitePageSchema);
    expect(sites.results.map(({ code }) => code)).not.toContain('after-the-backup');
    await second.stop();
  });

  it('is made from a backup where there was none', async () => {
    const home = await homeOfStack();
    const saved = join(await temporaryFolder('backups'), 'saved');
    const first = await start(home);
    const facts = await ready(first);
    expect(await command(home, 'backup', '--to', saved)).toMatchObject({ code: 0 });
    await first.stop();

    const elsewhere = await homeOfStack();
    // The devices of the demo are expected where they were.
    await copyFile(join(home, 'ports.json'), join(elsewhere, 'ports.json'));
    expect(await command(elsewhere, 'restore', '--from', saved)).toMatchObject({ code: 0 });
    expect(await setAside(elsewhere)).toEqual([]);
    const second = await start(elsewhere);
    expect(await session({ ...(await ready(second)), session_id: facts.session_id })).toMatchObject({
      id: facts.session_id,
    });
    await second.stop();
  });
});
