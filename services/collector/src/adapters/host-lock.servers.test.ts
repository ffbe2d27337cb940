import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import { takeHostLock } from './host-lock.ts';

const log = createLogger('collector', 'silent');
const module = fileURLToPath(new URL('./host-lock.ts', import.meta.url));

/** Starts another process that holds a lock; resolves with the lease value that it would write. */
async function holder(folder: string, instance: string) {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `const { takeHostLock } = await import(${JSON.stringify(module)});
     const lock = await takeHostLock(${JSON.stringify(folder)}, ${JSON.stringify(instance)}, console);
     process.stdout.write(JSON.stringify(lock.fields));
     setInterval(() => {}, 1000);`,
  ]);
  const [value] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, value: value.toString() };
}

describe.skipIf(process.platform !== 'linux')('the lock that proves a predecessor dead', () => {
  it('tells a killed process from one that runs and from one that is stopped', async () => {
    const folder = await temporaryFolder('lock');
    const { child, value } = await holder(folder, 'aaaaaaaa-0000-first');
    const own = await takeHostLock(folder, 'bbbbbbbb-0000-second', log);
    expect(await own.isDead(value)).toBe(false);
    child.kill('SIGSTOP');
    expect(await own.isDead(value)).toBe(false);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    expect(await own.isDead(value)).toBe(true);
    // The proof removes the socket, but stays a proof.
    expect(existsSync(JSON.parse(value).lock.socket)).toBe(false);
    expect(await own.isDead(value)).toBe(true);
    await own.release();
  });

  it('takes no word of another machine or boot, or of a lease without a lock', async () => {
    const folder = await temporaryFolder('lock');
    const own = await takeHostLock(folder, 'cccccccc-0000-third', log);
    const { lock } = own.fields as { lock: { boot_id: string; socket: string } };
    expect(await own.isDead(JSON.stringify({ lock: { ...lock, boot_id: 'another' } }))).toBe(false);
    expect(await own.isDead(JSON.stringify({ lock: { ...lock, socket: `${folder}/none.sock` } }))).toBe(
      false,
    );
    expect(await own.isDead('{}')).toBe(false);
    expect(await own.isDead('no JSON')).toBe(false);
    await own.release();
  });

  it('is done without where the folder cannot be written, as in a container whose file system is read-only', async () => {
    const file = `${await temporaryFolder('lock')}/file`;
    await writeFile(file, '');
    const warnings: string[] = [];
    const log = { warn: (_about: unknown, message?: string) => void warnings.push(message ?? '') };

    const own = await takeHostLock(`${file}/holdfast`, 'dddddddd-0000-fourth', log);

    expect(own.fields).toEqual({});
    expect(warnings.join('')).toContain('LOCK_DIR');
    await own.release();
  });
});
