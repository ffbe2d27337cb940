import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { deviceSecrets } from './device-secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const here = { site: 'hall-1', host: 'broker.hall-1', port: 8883 };
const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const bind = (bindings: object) => put('bindings.json', JSON.stringify(bindings));
const bound = { sites: ['hall-1'], hosts: ['broker.hall-1:8883'] };
beforeEach(() => bind({ broker: bound, empty: bound, other: bound }));

const failure = (name: string, { from, use = here }: { from?: string | undefined; use?: typeof here }) => {
  try {
    return deviceSecrets(from).value(name, use);
  } catch (error) {
    const { kind, wasSent, message } = error as Record<string, unknown>;
    return [kind, wasSent, message];
  }
};

describe('a secret of a device', () => {
  it('is what its file holds, without the end of its line, and what it holds later', () => {
    const secrets = deviceSecrets(folder);
    put('broker', 'geheim ✓\n');
    expect(secrets.value('broker', here)).toBe('geheim ✓');
    put('broker', 'changed');
    expect(secrets.value('broker', here)).toBe('changed');
    expect(secrets.bindings()).toMatchObject({ broker: bound });
  });

  it('is a problem of the configuration where it is missing, in words that say what to do', () => {
    put('empty', '\n');
    const config = (why: unknown) => ['config', false, why];
    const from = folder;
    expect(failure('other', { from })).toEqual(
      config(expect.stringMatching(/other: there is no such file\. Put/)),
    );
    expect(failure('empty', { from })).toEqual(config(expect.stringContaining('is empty')));
    for (const name of ['../broker', 'bindings.json']) {
      expect(failure(name, { from })).toEqual(config(expect.stringContaining('no name of a secret')));
    }
    expect(failure('broker', {})).toEqual(config(expect.stringContaining('DEVICE_SECRETS')));
  });

  it('is given to devices of its sites and hosts alone', () => {
    put('broker', 'geheim');
    for (const use of [
      { ...here, site: 'hall-2' },
      { ...here, host: 'evil.example' },
      { ...here, port: 1 },
    ]) {
      expect(failure('broker', { from: folder, use })).toEqual([
        'config',
        false,
        expect.stringContaining('the secret broker is not for'),
      ]);
    }
  });

  it('is given to no collector while its binding is missing or cannot be read', () => {
    put('broker', 'geheim');
    bind({});
    expect(failure('broker', { from: folder })).toEqual([
      'config',
      false,
      expect.stringContaining('is bound to no'),
    ]);
    rmSync(join(folder, 'bindings.json'));
    expect(failure('broker', { from: folder })).toEqual([
      'config',
      false,
      expect.stringContaining('is bound to no'),
    ]);
    for (const text of ['{', '{"broker":{"sites":["hall-1"]}}', '{"broker":"hall-1"}']) {
      put('bindings.json', text);
      expect(failure('broker', { from: folder })).toEqual([
        'config',
        false,
        expect.stringContaining('bindings.json cannot be read'),
      ]);
      expect(deviceSecrets(folder).bindings()).toBeUndefined();
    }
  });
});
