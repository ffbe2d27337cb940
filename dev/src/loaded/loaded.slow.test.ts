import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isOver } from '../process-family.ts';

const family = pathToFileURL(join(import.meta.dirname, '../process-family.ts')).href;
/** Code that prints its sibling processes, itself included. */
const tellsSiblings = `
  const { childrenOf } = await import(${JSON.stringify(family)});
  console.log((await childrenOf(process.ppid)).join(' '));
`;

function startLoaded(script: string): ChildProcess {
  const main = join(import.meta.dirname, 'main.ts');
  const loaded = spawn(process.execPath, [main, '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void loaded.kill('SIGKILL'));
  return loaded;
}

const allOver = (pids: readonly number[]) =>
  eventually(async () => (await Promise.all(pids.map(isOver))).every(Boolean), {
    what: 'all of them to end',
  });

describe('a script next to busy processes', () => {
  it('has 20 of them for as long as it runs, and its exit code is what counts', async () => {
    const loaded = startLoaded(`${tellsSiblings}; process.exit(3);`);
    const [output, [code]] = await Promise.all([
      text(loaded.stdout as NodeJS.ReadableStream),
      once(loaded, 'exit'),
    ]);
    const pids = output.trim().split(' ').map(Number);
    expect(pids).toHaveLength(21);
    expect(code).toBe(3);
    await allOver(pids);
  });

  it('leaves none of them when it is asked to end', async () => {
    const loaded = startLoaded(`${tellsSiblings}; process.stdin.resume(); setTimeout(() => {}, 2 ** 30);`);
    const [line] = (await once(loaded.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const pids = line.toString().trim().split(' ').map(Number);
    loaded.kill('SIGTERM');
    await once(loaded, 'exit');
    await allOver(pids);
  });
});
