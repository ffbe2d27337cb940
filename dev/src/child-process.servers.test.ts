import { eventually } from '@holdfast/test/support/eventually.ts';
import { describe, expect, it } from 'vitest';
import { processExists, type RunningProcess, runningProcesses, startProcess } from './child-process.ts';
import { isOver } from './process-family.ts';

const SLEEP_FOR_EVER = 'setInterval(() => {}, 1000);';

describe('a started process', () => {
  it('hands over every line of stdout and stderr and its exit code', async () => {
    const logged: string[] = [];
    const child = await node(`console.log('one'); console.error('two'); process.exitCode = 7`, (line) => {
      logged.push(line);
    });

    expect(await child.exited).toEqual({ code: 7, signal: null });

    const followed: string[] = [];
    for await (const line of child.lines()) followed.push(line);
    expect(followed.toSorted()).toEqual(['one', 'two']);
    expect(logged.toSorted()).toEqual(['one', 'two']);
    expect(child.exit).toEqual({ code: 7, signal: null });
  });

  it('shows a line that is printed after a caller began to wait for it', async () => {
    const child = await node(
      `process.on('SIGUSR2', () => console.log('hello')); console.log('ready'); ${SLEEP_FOR_EVER}`,
    );

    for await (const line of child.lines()) {
      if (line === 'ready') child.signal('SIGUSR2');
      if (line === 'hello') break;
    }

    await child.stop();
  });

  it('gets further variables, and loses those that are undefined', async () => {
    const child = await startProcess({
      name: 'child',
      command: process.execPath,
      args: ['-e', `console.log(process.env.GREETING, 'HOME' in process.env, 'PATH' in process.env)`],
      env: { GREETING: 'hi', HOME: undefined },
    });
    await child.exited;

    for await (const line of child.lines()) expect(line).toBe('hi false true');
  });

  it('may end in its own way when it is asked to stop', async () => {
    const child = await node(
      `process.on('SIGTERM', () => process.exit(3)); console.log('ready'); ${SLEEP_FOR_EVER}`,
    );
    await untilItSays(child, 'ready');

    expect(await child.stop()).toEqual({ code: 3, signal: null });
    expect(await child.stop()).toEqual({ code: 3, signal: null });
    expect(child.signal('SIGTERM')).toBe(false);
    expect(processExists(child.pid)).toBe(false);
  });

  it('is killed with what it started when it does not stop in time', async () => {
    const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', '${SLEEP_FOR_EVER}'])`;
    const child = await node(
      `process.on('SIGTERM', () => {}); const inner = ${grandchild}; console.log(inner.pid); ${SLEEP_FOR_EVER}`,
    );
    const grandchildPid = Number(await firstLine(child));

    expect(await child.stop({ graceMs: 50 })).toEqual({ code: null, signal: 'SIGKILL' });

    await eventually(() => isOver(grandchildPid), { what: 'the end of the grandchild' });
  });

  it('is listed until it has ended', async () => {
    const child = await node(SLEEP_FOR_EVER);
    expect(runningProcesses()).toContain(child);

    await child.kill();

    expect(runningProcesses()).not.toContain(child);
  });
});

describe('a program that is not there', () => {
  it('is an error with its name', async () => {
    const start = startProcess({ name: 'the tool', command: 'no-such-tool' });

    await expect(start).rejects.toMatchObject({
      code: 'not_installed',
      message: expect.stringContaining('no-such-tool'),
    });
  });
});

describe.skipIf(process.platform !== 'linux')(
  'the children of a process that ends without stopping them',
  () => {
    it.each([
      ['by kill -9', (parent: RunningProcess) => parent.kill()],
      ['by SIGTERM', (parent: RunningProcess) => parent.stop()],
    ])('end when it ends %s', async (_how, end) => {
      const parent = await node(startsAChild(SLEEP_FOR_EVER));
      const childPid = Number(await firstLine(parent));

      await end(parent);

      await eventually(() => isOver(childPid), { what: 'the end of the child' });
    });

    it('end when it ends with an uncaught error', async () => {
      const parent = await node(startsAChild(`setTimeout(() => { throw new Error('boom'); }, 1)`));
      const childPid = Number(await firstLine(parent));

      expect(await parent.exited).toMatchObject({ code: 1 });

      await eventually(() => isOver(childPid), { what: 'the end of the child' });
    });
  },
);

function node(code: string, log?: (line: string) => void): Promise<RunningProcess> {
  const args = ['-e', code];
  return startProcess({
    name: 'child',
    command: process.execPath,
    args,
    ...(log === undefined ? {} : { log }),
  });
}

/** Code of a parent that starts a child by `startProcess`, prints the child's id and goes on with `then`. */
function startsAChild(then: string): string {
  const module = JSON.stringify(new URL('./child-process.ts', import.meta.url).href);
  const code = `console.log('up'); ${SLEEP_FOR_EVER}`;
  const child = JSON.stringify({ name: 'child', command: process.execPath, args: ['-e', code] });
  // The kernel watches the parent only once setpriv has run, which is before the child says anything.
  const untilUp = 'for await (const line of c.lines()) break;';
  return `import(${module}).then((m) => m.startProcess(${child})).then(async (c) => { ${untilUp} console.log(c.pid); ${then} })`;
}

async function firstLine(child: RunningProcess): Promise<string> {
  for await (const line of child.lines()) return line;
  throw new Error('the process printed nothing');
}

async function untilItSays(child: RunningProcess, text: string): Promise<void> {
  for await (const line of child.lines()) if (line === text) return;
  throw new Error(`the process never said "${text}"`);
}
