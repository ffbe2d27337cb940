#!/usr/bin/env node
// Plain JavaScript, for any Node on the machine: where that cannot run TypeScript, the Node that came with the packages
// takes over. It inherits the terminal, so that pipes, colours and Ctrl+C work as if it had been called directly.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const PROGRAM = new URL('../src/main.ts', import.meta.url);
const PROJECT_NODE = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
const FIRST_NODE_WITH_TYPES = 24;

if (Number(process.versions.node.split('.')[0]) >= FIRST_NODE_WITH_TYPES) {
  await import(PROGRAM.href);
} else if (!existsSync(PROJECT_NODE)) {
  process.stderr.write(
    'The packages are not installed yet. Run in the checkout: npm run -s check (or npm start)\n',
  );
  process.exitCode = 1;
} else {
  const child = spawn(PROJECT_NODE, [fileURLToPath(PROGRAM), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl+C to both processes; this one waits for the other. Signals to this one alone are passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`Cannot run ${PROJECT_NODE}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
