import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type RunningProcess, startProcess } from './child-process.ts';
import { freePort, freePortRow, portIsFree } from './free-port.ts';

it('gives a port to one process alone, though nothing listens there, until that one is killed', async () => {
  const first = await processThatAsks();
  expect(await portIsFree(first.port)).toBe(true);
  const second = await processThatAsks();
  expect(second.port).not.toBe(first.port);

  await first.child.kill();
  const third = await processThatAsks();
  expect(third.port).toBe(first.port);
});

it('never gives a process the same port twice, and none that is in use', async () => {
  const first = await freePort();
  const server = createServer();
  const usedPort = await new Promise<number>((resolve) => {
    const tryAt = (port: number): void => {
      server.once('error', () => tryAt(port + 1));
      server.listen(port, '127.0.0.1', () => resolve(port));
    };
    tryAt(first + 3);
  });
  const row = await freePortRow(5);
  expect(row > usedPort || row + 5 <= usedPort).toBe(true);
  const more = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  const all = [first, ...Array.from({ length: 5 }, (_, index) => row + index), ...more];
  expect(new Set([...all, usedPort]).size).toBe(all.length + 1);
  server.close();
});

/** A process that begins its search at the same port as the others, like processes whose ids are some hundred apart. */
async function processThatAsks(): Promise<{ child: RunningProcess; port: number }> {
  const module = JSON.stringify(new URL('./free-port.ts', import.meta.url).href);
  const child = await startProcess({
    name: 'child',
    command: process.execPath,
    args: [
      '--input-type=module',
      '-e',
      `Object.defineProperty(process, 'pid', { value: ${process.pid} });
       const { freePort } = await import(${module});
       console.log(await freePort());
       setInterval(() => {}, 1000);`,
    ],
  });
  onTestFinished(async () => {
    await child.kill();
  });
  for await (const line of child.lines()) return { child, port: Number(line) };
  throw new Error('The process ended before it said its port.');
}
