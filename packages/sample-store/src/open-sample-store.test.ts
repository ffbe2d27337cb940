import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '@holdfast/shared/runtime/config.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkSampleStoreSettings, sampleStoreSettings } from './open-sample-store.ts';

const schema = z.object(sampleStoreSettings).superRefine(checkSampleStoreSettings);
const read = (env: Record<string, string>) =>
  readConfig(schema, { SAMPLE_STORE: 'influx', INFLUX_URL: 'https://influx.example:8086', ...env });

describe('the authority of an InfluxDB', () => {
  it('is read with the settings, and its file is remembered for messages', async () => {
    const file = join(await temporaryFolder('authority'), 'ca.pem');
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    await writeFile(file, pem);
    expect(read({ INFLUX_TLS_CA_FILE: file }).INFLUX_TLS_CA_FILE).toEqual({ file, pem });
    expect(read({ INFLUX_TLS_CA_FILE: '' }).INFLUX_TLS_CA_FILE).toBeUndefined();
  });

  it('that cannot be used is a fault at the start, which names the file', async () => {
    const folder = await temporaryFolder('authority');
    const key = join(folder, 'ca.key');
    await writeFile(key, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
    expect(() => read({ INFLUX_TLS_CA_FILE: join(folder, 'none.pem') })).toThrow(
      `INFLUX_TLS_CA_FILE: cannot read ${join(folder, 'none.pem')}`,
    );
    expect(() => read({ INFLUX_TLS_CA_FILE: key })).toThrow(
      `INFLUX_TLS_CA_FILE: ${key} holds no certificate in PEM`,
    );
  });

  it('is refused together with an address that speaks no TLS', async () => {
    const file = join(await temporaryFolder('authority'), 'ca.pem');
    await writeFile(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    expect(() => read({ INFLUX_TLS_CA_FILE: file, INFLUX_URL: 'http://influx.example:8086' })).toThrow(
      'INFLUX_TLS_CA_FILE: is of no use with an INFLUX_URL of http://',
    );
  });
});
