import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import { openLogFile } from './log-file.ts';
import { alsoTo, openLogStream } from './log-stream.ts';

const nothingFails = (error: unknown): void => {
  throw error;
};

describe('the log file', () => {
  it('has as JSON lines what the terminal shows, over several starts, and no secrets', async () => {
    const path = join(await temporaryFolder('log'), 'holdfast.log');
    let output = '';
    const terminal = openLogStream({
      isTTY: true,
      write: (text) => {
        output += text;
      },
    });
    for (const start of [1, 2]) {
      const logs = alsoTo(terminal, openLogFile(path, nothingFails));
      logs.record('supervisor', {
        level: 'info',
        time: '2025-03-01T06:00:00.000Z',
        msg: `start ${start}`,
        found: 2,
      });
      logs.confide('hf_secret');
      logs.show(['', '  next'], { event: 'ready' });
    }
    expect(output).toContain('start 2');
    expect(output).toContain('hf_secret');
    const records = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ofStart = (start: number) => [
      { service: 'supervisor', msg: `start ${start}`, found: 2 },
      { service: 'stack', msg: 'next', event: 'ready' },
    ];
    expect(records).toMatchObject([...ofStart(1), ...ofStart(2)]);
  });

  it('is for its owner alone, with the copy before, also where it was there under another mode', async () => {
    const path = join(await temporaryFolder('log'), 'holdfast.log');
    const modes = async () =>
      Promise.all([path, `${path}.1`].map(async (file) => (await stat(file)).mode & 0o777));
    await writeFile(path, 'old\n', { mode: 0o644 });
    await writeFile(`${path}.1`, 'older\n', { mode: 0o644 });
    const log = openLogFile(path, nothingFails, { maxBytes: 1 });
    log.write('new\n');
    expect(await readFile(`${path}.1`, 'utf8')).toBe('old\n');
    expect(await modes()).toEqual([0o600, 0o600]);
    const fresh = join(await temporaryFolder('log'), 'fresh.log');
    openLogFile(fresh, nothingFails).write('first\n');
    expect((await stat(fresh)).mode & 0o777).toBe(0o600);
  });

  it('is bounded, and whoever follows it goes on reading', async () => {
    const path = join(await temporaryFolder('log'), 'holdfast.log');
    const maxBytes = 1_000;
    const log = openLogFile(path, nothingFails, { maxBytes });
    log.write('first\n');
    const tail = await startProcess({
      name: 'tail',
      command: 'tail',
      args: ['-n', '+1', '-f', path],
      env: {},
    });
    cleanUpAfterFile(() => tail.kill());
    const follows = (line: string) =>
      eventually(() => tail.lastLines(1_000).includes(line), { what: `tail to show ${line}` });
    await follows('first');
    for (let line = 1; line <= 300; line += 1) {
      log.write(`line ${line}\n`);
      if (line % 50 === 0) await follows(`line ${line}`);
    }
    expect((await readFile(path)).length).toBeLessThan(maxBytes + 20);
    expect(existsSync(`${path}.1`)).toBe(true);
    expect(existsSync(`${path}.2`)).toBe(false);
  });

  // Only Linux has a device that is always full.
  it.runIf(process.platform === 'linux')(
    'that cannot be written says so once and stops nothing',
    async () => {
      const failures: unknown[] = [];
      const log = openLogFile('/dev/full', (error) => failures.push(error));
      log.write('one\n');
      log.write('two\n');
      expect(failures).toMatchObject([{ code: 'ENOSPC' }]);
    },
  );
});
