import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { describe, expect, it } from 'vitest';

const module = new URL('./stall-watch.ts', import.meta.url).href;

async function watched(then: string) {
  const script = `import { watchForStalls } from '${module}';
const watch = watchForStalls({ beatEveryMs: 20 });
console.log('watched');
${then}`;
  const args = ['--input-type=module', '--eval', script];
  const child = await startProcess({ name: 'watched', command: process.execPath, args });
  cleanUpAfterFile(() => child.stop());
  await eventually(() => child.lastLines(5).includes('watched'), { what: 'the watch' });
  return child;
}

describe('a process whose stalls are watched', () => {
  it('is ended when its event loop stands still, and says so', async () => {
    const child = await watched('setTimeout(() => { for (;;); }, 100);');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(child.lastLines(5).join('\n')).toContain('the event loop has stood still for 0.6 s');
  });

  it('goes on while its event loop turns, and ends by itself when the watch has stopped', async () => {
    const child = await watched('setTimeout(() => watch.stop(), 1_500); setTimeout(() => {}, 1_600);');
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  it('goes on after it was frozen', async () => {
    const child = await watched('setTimeout(() => watch.stop(), 2_500); setTimeout(() => {}, 2_600);');
    const thaw = await freeze(child.pid);
    // Twice as long as its event loop may stand still.
    await sleep(1_200);
    thaw();
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });
});
