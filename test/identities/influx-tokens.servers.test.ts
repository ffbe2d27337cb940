import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { openInfluxSampleStore } from '@holdfast/sample-store/influx/influx-sample-store.ts';
import { firstTimeMs, storableSample } from '@holdfast/sample-store/testing/storable-sample.ts';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../backup/backup-command.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { influxForTest, influxIsInstalled } from '../support/influx-for-test.ts';
import { foreignBucket, startInfluxTwoFront } from '../support/influx-two-front.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const program = join(import.meta.dirname, '..', '..', 'deploy', 'influxdb', 'tokens.mjs');
const adminToken = 'of-the-administrator';

/** The folder of secrets, in which the administrator's token is. */
async function secretsFolder(): Promise<string> {
  const folder = await temporaryFolder('tokens');
  await mkdir(join(folder, 'influxdb'));
  await writeFile(join(folder, 'influxdb', 'token'), adminToken);
  return folder;
}

const makeTokens = (folder: string, url: string, patienceMs = 20_000) =>
  runProgram(program, [folder], {
    ...{ INFLUX_URL: url, INFLUX_ORG: 'holdfast', INFLUX_BUCKET: 'holdfast' },
    TOKENS_PATIENCE_MS: String(patienceMs),
  });

const tokenOf = (folder: string, name: string) => readFile(join(folder, `influxdb-${name}`, 'token'), 'utf8');

describe.skipIf(!influxIsInstalled())('tokens of services in InfluxDB', () => {
  const started = async () => {
    const influx = await influxForTest();
    await influx.createDatabase('holdfast');
    const front = await startInfluxTwoFront(influx.url, { adminToken });
    cleanUpAfterFile(() => front.stop());
    return { influx, front };
  };
  const storeWith = (url: string, token: string, bucket = 'holdfast') =>
    openInfluxSampleStore({ url, org: 'holdfast', bucket, token });
  const request = {
    ...{ start: new Date(firstTimeMs), end: new Date(firstTimeMs + 60_000), limit: 10 },
    ...{ pointCode: 'temperature', devices: [{ deviceCode: 'press-1', measurement: 'press-1' }] },
  };

  it('let the writer write and look, others read, and no other client in', async () => {
    const { front } = await started();
    const folder = await secretsFolder();
    expect(await makeTokens(folder, front.url)).toMatchObject({ code: 0 });
    const [ofWriter, ofReader] = [await tokenOf(folder, 'writer'), await tokenOf(folder, 'reader')];
    expect(new Set([ofWriter, ofReader, adminToken]).size).toBe(3);

    const writer = storeWith(front.url, ofWriter);
    expect(await writer.write([storableSample()])).toEqual({ kind: 'written' });
    // Where another epoch may have written, the writer looks first.
    expect(await writer.write([storableSample({ tick: 1, overtaken: true })])).toEqual({ kind: 'written' });
    const reader = storeWith(front.url, ofReader);
    expect(await reader.history(request)).toHaveLength(2);
    await expect(reader.write([storableSample({ tick: 2 })])).rejects.toMatchObject({ code: '403' });
    await expect(storeWith(front.url, 'another').history(request)).rejects.toMatchObject({ code: '401' });

    // Each is for the one bucket, and none makes, sees or ends tokens.
    for (const token of [ofWriter, ofReader]) {
      const elsewhere = storeWith(front.url, token, foreignBucket);
      await expect(elsewhere.write([storableSample()])).rejects.toMatchObject({ code: '403' });
      await expect(elsewhere.history(request)).rejects.toMatchObject({ code: '403' });
      const about = { method: 'POST', headers: { authorization: `Token ${token}` }, body: '{}' };
      expect((await fetch(`${front.url}/api/v2/authorizations`, about)).status).toBe(401);
      const { body: _, ...listing } = { ...about, method: 'GET' };
      const answer = await fetch(`${front.url}/api/v2/authorizations`, listing);
      expect(await answer.json()).toEqual({ authorizations: [] });
    }
  });

  it('stay when they are created again, and are recreated when InfluxDB lost them or a file is gone', async () => {
    const first = await started();
    const folder = await secretsFolder();
    await makeTokens(folder, first.front.url);
    const before = await tokenOf(folder, 'writer');
    expect(await makeTokens(folder, first.front.url)).toMatchObject({ code: 0 });
    expect(await tokenOf(folder, 'writer')).toBe(before);

    const emptied = await started();
    expect(await makeTokens(folder, emptied.front.url)).toMatchObject({ code: 0 });
    const after = await tokenOf(folder, 'writer');
    expect(after).not.toBe(before);
    expect(await storeWith(emptied.front.url, after).write([storableSample()])).toEqual({ kind: 'written' });

    await chmod(join(folder, 'influxdb-writer', 'token'), 0o600);
    await writeFile(join(folder, 'influxdb-writer', 'token'), '');
    expect(await makeTokens(folder, emptied.front.url)).toMatchObject({ code: 0 });
    // The token whose file is gone opens nothing any more.
    await expect(storeWith(emptied.front.url, after).history(request)).rejects.toMatchObject({ code: '401' });
  });

  it('are waited for where there are none, and not where there are', async () => {
    const { front } = await started();
    const away = `http://127.0.0.1:${await freePort()}`;
    const folder = await secretsFolder();
    const without = await makeTokens(folder, away, 10);
    expect(without).toMatchObject({
      code: 1,
      output: expect.stringContaining('no token for writer and reader'),
    });
    await makeTokens(folder, front.url);
    const withTokens = await makeTokens(folder, away, 10);
    expect(withTokens).toMatchObject({
      code: 0,
      output: expect.stringContaining('the tokens of before stay'),
    });
  });

  it('are the administrator’s where a server keeps none, until one does', async () => {
    const { influx, front } = await started();
    const folder = await secretsFolder();
    const { code, output } = await makeTokens(folder, influx.url);
    expect([code, output]).toEqual([0, expect.stringContaining('keeps no tokens')]);
    expect(await tokenOf(folder, 'reader')).toBe(adminToken);
    await makeTokens(folder, front.url);
    expect(await tokenOf(folder, 'reader')).not.toBe(adminToken);
  });

  it('are not made by a token that is not the administrator’s', async () => {
    const { front } = await started();
    const folder = await secretsFolder();
    await writeFile(join(folder, 'influxdb', 'token'), 'another');
    const { code, output } = await makeTokens(folder, front.url);
    expect([code, output]).toEqual([1, expect.stringContaining('does not know the administrator')]);
  });
});
