import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { cliForTest } from './cli-for-test.ts';

let api: ApiUnderTest;
let folder: string;

beforeAll(async () => {
  const nats = await natsForTest();
  api = await startApi({ nats: nats.url, database: await freshDatabase() });
  await api.ready();
  folder = await temporaryFolder('keys');
});

describe('keys on the command line', () => {
  it('open the API for those who have one, and no longer when they are revoked', async () => {
    const anybody = cliForTest({ HOLDFAST_URL: api.url });
    const file = join(folder, 'admin-key');
    const result = await anybody.run('keys', 'create', 'chief', '--role', 'administrator', '--to', file);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const text = await readFile(file, 'utf8');
    expect(result.stdout).not.toContain(text.trim());
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const admin = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_API_KEY_FILE: file });
    const viewer = JSON.parse(
      (await admin.run('keys', 'create', 'screen', '--role', 'viewer', '--expires', '90d')).stdout,
    );
    const screen = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_API_KEY: viewer.key });
    expect((await screen.run('sessions', 'list')).code).toBe(0);
    const stop = await screen.run('sessions', 'stop', '1-1');
    expect([stop.code, stop.stderr]).toEqual([4, expect.stringContaining('Use a key with a higher role')]);
    expect((await anybody.run('sessions', 'list')).code).toBe(4);

    const revoked = await admin.run('keys', 'revoke', 'screen');
    expect([revoked.code, JSON.parse(revoked.stdout).id]).toEqual([0, viewer.id]);
    await expect.poll(async () => (await screen.run('sessions', 'list')).code).toBe(4);
    const keys = await admin.run('keys', 'list', '--table');
    expect(keys.stdout).toMatch(/screen +viewer +revoked/);
    expect(keys.stdout).not.toContain(viewer.key);
    expect(keys.stdout).toContain('LAST USED');
    const audit = async () => (await admin.run('audit', '--action', 'key', '--table')).stdout;
    await expect.poll(audit).toMatch(/key\.revoke/);
    const exported = await admin.run('audit', 'export', '--action', 'key');
    const lines = exported.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).action)).toContain('key.revoke');
  });

  it('are revoked by their name, of which one that is of use has each', async () => {
    const file = join(folder, 'admin-key');
    const admin = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_API_KEY_FILE: file });
    const make = async (...options: string[]) =>
      JSON.parse((await admin.run('keys', 'create', 'panel', '--role', 'viewer', ...options)).stdout);
    const first = await make('--network', '192.0.2.0/24', '--network', '2001:db8::7');
    expect(first.networks).toEqual(['192.0.2.0/24', '2001:db8::7']);
    const again = await admin.run('keys', 'create', 'Panel', '--role', 'viewer');
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toContain('has the name Panel already');
    expect((await admin.run('keys', 'revoke', first.id)).code).toBe(0);
    const second = await make();
    // Only one key of that name still opens anything.
    expect(JSON.parse((await admin.run('keys', 'revoke', 'panel')).stdout).id).toBe(second.id);
    const none = await admin.run('keys', 'revoke', 'nobody');
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining('no key with the id or the name nobody'),
    ]);

    const elsewhere = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_API_KEY: second.key });
    expect((await elsewhere.run('sessions', 'list')).code).toBe(4);
  });

  it('are asked for in the words of the command line, not in those of HTTP', async () => {
    const without = await cliForTest({ HOLDFAST_URL: api.url }).run('sessions', 'list');
    expect([without.code, without.stderr]).toEqual([4, expect.stringContaining('HOLDFAST_API_KEY_FILE')]);
    const wrong = await cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_API_KEY: 'half' }).run(
      'sessions',
      'list',
    );
    expect([wrong.code, wrong.stderr]).toEqual([
      4,
      expect.stringContaining('is no key of this installation'),
    ]);
    for (const { stderr } of [without, wrong]) expect(stderr).not.toMatch(/header|Bearer|curl|POST|PATCH/);
  });

  it('end at a time of the reader’s clock, where no time zone is given', async () => {
    const admin = cliForTest({
      HOLDFAST_URL: api.url,
      HOLDFAST_API_KEY_FILE: join(folder, 'admin-key'),
      TZ: 'Asia/Shanghai',
    });
    const args = ['--role', 'viewer', '--expires', '2127-03-01T00:00:00', '--json'];
    const result = await admin.run('keys', 'create', 'shift', ...args);
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ expires_at: '2127-02-28T16:00:00.000Z' });
  });

  it('are not made when the day on which they shall end does not exist, or is no time', async () => {
    const admin = cliForTest({
      HOLDFAST_URL: api.url,
      HOLDFAST_API_KEY_FILE: join(folder, 'admin-key'),
    });
    for (const expires of ['2127-02-29T00:00:00Z', '2127-02-29T00:00:00', 'soon']) {
      const result = await admin.run('keys', 'create', 'never', '--role', 'viewer', '--expires', expires);
      expect([result.code, result.stderr]).toEqual([2, expect.stringContaining(`not ${expires}`)]);
    }
    expect((await admin.run('keys', 'list')).stdout).not.toContain('never');
  });

  it('are not made when their file is there already', async () => {
    const file = join(folder, 'admin-key');
    const admin = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_API_KEY_FILE: file });
    const again = await admin.run('keys', 'create', 'second', '--role', 'viewer', '--to', file);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('EEXIST')]);
    expect((await admin.run('keys', 'list')).stdout).not.toContain('second');
  });
});
