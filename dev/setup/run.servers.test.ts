import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { childrenOf, isOver } from '@holdfast/dev/process-family.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';

// A program that reports its id and each signal, and ends on SIGTERM or SIGUSR2 with the number of SIGINTs it got.
const PROGRAM = `
  let interrupts = 0;
  process.on('SIGINT', () => { interrupts += 1; console.log('interrupted'); });
  process.on('SIGTERM', () => process.exit(40 + interrupts));
  process.on('SIGUSR2', () => process.exit(40 + interrupts));
  console.log(process.pid);
  setInterval(() => {}, 1000);
`;

describe('the relay between npm and the real program', () => {
  it('passes the exit code and stdout on', async () => {
    const relay = await startRelay(`console.log('result'); process.exit(7)`);

    expect(await relay.exited).toEqual({ code: 7, signal: null });
    for await (const line of relay.lines()) expect(line).toBe('result');
  });

  it('passes SIGTERM on and ends after the program, with its exit code', async () => {
    const relay = await startRelay(PROGRAM);
    const pid = Number(await lineOf(relay, /^\d+$/));

    relay.signal('SIGTERM');

    expect(await relay.exited).toEqual({ code: 40, signal: null });
    expect(await isOver(pid)).toBe(true);
  });

  it('passes one SIGINT on when the terminal and npm both send it', async () => {
    // To the relay both signals come at the same moment, however long they take on a busy machine.
    const clockStandsStill = 'performance.now = () => 0;';
    const relay = await startRelay(PROGRAM, clockStandsStill);
    const pid = Number(await lineOf(relay, /^\d+$/));

    relay.signal('SIGINT');
    await lineOf(relay, /^interrupted$/);
    relay.signal('SIGINT');
    // A process takes its signals in order: once the program has got this one, the relay has dealt with the second SIGINT.
    relay.signal('SIGTERM');

    expect(await relay.exited).toEqual({ code: 41, signal: null });
    expect(await isOver(pid)).toBe(true);
  });

  it('reports the signal that killed the program as a shell would', async () => {
    const relay = await startRelay(PROGRAM);
    process.kill(Number(await lineOf(relay, /^\d+$/)), 'SIGKILL');

    expect(await relay.exited).toEqual({ code: 137, signal: null });
  });

  it.skipIf(process.platform !== 'linux')('takes the program with it when it is killed', async () => {
    const relay = await startRelay(PROGRAM);
    const pid = Number(await lineOf(relay, /^\d+$/));

    await relay.kill();

    await eventually(() => isOver(pid), { what: 'the end of the program' });
  });
});

describe('programs that run at once', () => {
  it('show what each prints in one piece, and give the exit codes in order', async () => {
    const print = (name: string, code: number) =>
      `console.log('${name} begins'); setImmediate(() => { console.error('${name} ends'); process.exitCode = ${code}; })`;
    const programs = [print('one', 3), print('two', 0), print('three', 5)].map((program) => ['-e', program]);
    const module = JSON.stringify(new URL('./run.mjs', import.meta.url).href);
    const code = `
      const { runAtOnce } = await import(${module});
      console.log(JSON.stringify(await runAtOnce(process.execPath, ${JSON.stringify(programs)})));
    `;
    const command = process.execPath;
    const relay = await startProcess({ name: 'relay', command, args: ['--input-type=module', '-e', code] });
    const lines: string[] = [];
    for await (const line of relay.lines()) lines.push(line);
    expect(lines.pop()).toBe('[3,0,5]');
    for (const name of ['one', 'two', 'three']) {
      const at = lines.indexOf(`${name} begins`);
      expect(lines.slice(at, at + 2)).toEqual([`${name} begins`, `${name} ends`]);
    }
    expect(lines).toHaveLength(6);
  });
});

describe('a script of package.json', () => {
  it('ends when npm is asked to end, and takes what it runs with it', async () => {
    // npm signals only its child, a shell: if the shell merely waits for the script, it ends and the script goes on.
    const file = join(await temporaryFolder('plant'), 'plant.yaml');
    const point =
      '{ code: level, table: holding_register, address: 4, data_type: uint16, value: { constant: 1 } }';
    const units = `[{ device: press, points: [${point}] }]`;
    await writeFile(file, `endpoints: [{ protocol: modbus_tcp, port: 0, units: ${units} }]\n`);
    const npm = await startProcess({
      name: 'npm',
      command: 'npm',
      args: ['run', '-s', 'simulator', '--', '--json', '--control-port', '0', file],
    });
    await lineOf(npm, /^\{/);
    const program = await deepestChildOf(npm.pid);

    npm.signal('SIGTERM');

    await eventually(() => isOver(program), { what: 'the end of the plant' });
    await npm.exited;
  });

  it('takes the place of its shell, whichever it is', async () => {
    const { scripts } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'));

    expect(Object.values(scripts).filter((script) => !String(script).startsWith('exec '))).toEqual([]);
  });
});

async function deepestChildOf(pid: number): Promise<number> {
  const [child] = await childrenOf(pid);
  return child === undefined ? pid : deepestChildOf(child);
}

/**
 * A process that acts like the last step of dev/bootstrap.mjs: it runs `program` and ends with its exit code.
 * @param before code that the relay itself runs first
 */
function startRelay(program: string, before = ''): Promise<RunningProcess> {
  const module = JSON.stringify(new URL('./run.mjs', import.meta.url).href);
  const args = JSON.stringify(['-e', program]);
  const code = `
    ${before}
    const { run } = await import(${module});
    process.exitCode = await run(process.execPath, ${args}, { stdout: 'inherit' });
  `;
  const command = process.execPath;
  return startProcess({ name: 'relay', command, args: ['--input-type=module', '-e', code] });
}

async function lineOf(process: RunningProcess, pattern: RegExp): Promise<string> {
  for await (const line of process.lines()) if (pattern.test(line)) return line;
  throw new Error(`the process ended without printing ${pattern}`);
}
