import { runningProcesses } from '@holdfast/dev/child-process.ts';
import { afterAll } from 'vitest';
import { cleanUpNow } from './cleanup.ts';

// Registered before any hook of the test file, so it runs after all of them: clients close first, then servers stop.
afterAll(async () => {
  await cleanUpNow();
  const left = runningProcesses();
  await Promise.all(left.map((process) => process.stop()));
  if (left.length > 0) {
    const names = left.map(({ name, pid }) => `${name} (${pid})`).join(', ');
    throw new Error(`The test file left processes running, they were stopped: ${names}`);
  }
});
