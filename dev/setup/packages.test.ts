import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

describe('the installation of packages', () => {
  it('warns of none that the Node of the project runs, whichever Node the machine has', async () => {
    const workspace = await readFile(join(import.meta.dirname, '..', '..', 'pnpm-workspace.yaml'), 'utf8');
    const [, nodeVersion] = /^nodeVersion: (\S+)$/m.exec(workspace) ?? [];
    expect(nodeVersion).toBe(packageJson.devDependencies.node);
  });
});
