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
    const made = await anybody.run('keys', 'create', 'chief', '--role', 'admin', '--to', file);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const text = await readFile(file, 'utf8');
    expect(made.stdout).not.toContain(text.trim());
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

    expect((await admin.run('keys', 'revoke', viewer.id)).code).toBe(0);
    await expect.poll(async () => (await screen.run('sessions', 'list')).code, { timeout: 30_000 }).toBe(4);
    const keys = await admin.run('keys', 'list', '--table');
    expect(keys.stdout).toMatch(/screen +viewer +revoked/);
    expect(keys.stdout).not.toContain(viewer.key);
    const audit = await admin.run('audit', '--action', 'key', '--table');
    expect(audit.stdout).toMatch(/key\.revoke/);
  });

  it('are not made when their file is there already', async () => {
    const file = join(folder, 'admin-key');
    const admin = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_API_KEY_FILE: file });
    const again = await admin.run('keys', 'create', 'second', '--role', 'viewer', '--to', file);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('EEXIST')]);
    expect((await admin.run('keys', 'list')).stdout).not.toContain('second');
  });
});
