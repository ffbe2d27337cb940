import { runningProcesses } from '@holdfast/dev/child-process.ts';
import { afterAll } from 'vitest';
import { cleanUpNow } from './cleanup.ts';

// Registered before any hook of the test file, so it runs after all of them: clients close first, then servers stop.
afterAll(async () => {
  await cleanUpNow();
  const processes = runningProcesses();
  await Promise.all(processes.map((process) => process.stop()));
  if (processes.length > 0) {
    const names = processes.map(({ name, pid }) => `${name} (${pid})`).join(', ');
    throw new Error(`The test file left processes running, they were stopped: ${names}`);
  }
});
