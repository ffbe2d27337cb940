import { join } from 'node:path';
import { ROOT } from './root.mjs';

const WORKSPACE = ['packages', 'drivers', 'services', 'simulators', 'dev', 'test', 'bench', 'tools'];

/** The static checks: each a program for the project's own Node. They read the checkout and change nothing. */
export function checks() {
  // They print into a pipe, and cannot see what it leads to.
  const { isTTY = false } = process.stdout;
  const pretty = ['--pretty', String(isTTY)];
  const colours = `--colors=${isTTY ? 'force' : 'off'}`;
  return [
    // The longest comes first.
    [tool('typescript/bin/tsc'), '--noEmit', ...pretty],
    // The console runs in a browser: its globals are those of the browser, not of Node.
    [tool('typescript/bin/tsc'), '--noEmit', '--project', 'services/console', ...pretty],
    [tool('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '--diagnostic-level=warn', colours],
    // The import arrows of docs/architecture.md.
    [
      tool('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      ...WORKSPACE,
    ],
    // Names, and who may know a protocol.
    [join(ROOT, 'dev/src/lint/main.ts')],
  ];
}

function tool(path) {
  return join(ROOT, 'node_modules', path);
}
