import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deviceSecrets } from './device-secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a secret of a device', () => {
  it('is what its file holds, without the end of its line, and what it holds later', () => {
    const secret = deviceSecrets(folder);
    writeFileSync(join(folder, 'broker'), 'geheim ✓\n');
    expect(secret('broker')).toBe('geheim ✓');
    writeFileSync(join(folder, 'broker'), 'changed');
    expect(secret('broker')).toBe('changed');
  });

  it('is a problem of the configuration where it is missing, in words that say what to do', () => {
    writeFileSync(join(folder, 'empty'), '\n');
    const failure = (name: string, from: string | undefined = folder) => {
      try {
        return deviceSecrets(from)(name);
      } catch (error) {
        const { kind, wasSent, message } = error as Record<string, unknown>;
        return [kind, wasSent, message];
      }
    };
    expect(failure('other')).toEqual([
      'config',
      false,
      expect.stringMatching(/other: there is no such file\. Put/),
    ]);
    expect(failure('empty')).toEqual(['config', false, expect.stringContaining('is empty')]);
    expect(failure('../broker')).toEqual(['config', false, expect.stringContaining('no name of a secret')]);
    expect(() => deviceSecrets(undefined)('broker')).toThrow(/DEVICE_SECRETS/);
  });
});
