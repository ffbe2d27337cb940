import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@holdfast/dev/free-port.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import mqtt from 'mqtt';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startApi } from '../../services/api/src/composition/start.ts';
import { apiConfig } from '../../services/api/src/config.ts';
import { startCollector } from '../../services/collector/src/composition/start.ts';
import { collectorConfig } from '../../services/collector/src/config.ts';
import { startSupervisor } from '../../services/supervisor/src/composition/start.ts';
import { supervisorConfig } from '../../services/supervisor/src/config.ts';
import { startWriter } from '../../services/writer/src/composition/start.ts';
import { writerConfig } from '../../services/writer/src/config.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '../support/mosquitto-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { untilReady } from '../support/over-rest.ts';
import { restClient } from '../support/rest-client.ts';
import { sessionLogForTest } from '../support/session-log.ts';
import { startInProcess } from '../support/start-in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const password = 'a-password-of-nobody-else-4711';

describe.skipIf(!mosquittoIsInstalled())('an MQTT device', () => {
  it('is set up, read, shown and written by REST; its password is shown nowhere', async () => {
    const users = await temporaryFolder('mosquitto-users');
    await promisify(execFile)('mosquitto_passwd', ['-b', '-c', join(users, 'users'), 'holdfast', password]);
    const [nats, broker, databaseUrl, apiPort, folder, secrets] = await Promise.all([
      natsForTest(),
      mosquittoForTest(['allow_anonymous false', `password_file ${join(users, 'users')}`]),
      freshDatabase(),
      freePort(),
      temporaryFolder('mqtt'),
      temporaryFolder('secrets'),
    ]);
    const settings = {
      ...{ NATS_URL: nats.url, DATABASE_URL: databaseUrl, API_PORT: String(apiPort), COLLECTOR_ID: 'c1' },
      ...{ DEVICE_NETWORKS: '127.0.0.0/8', LOCK_DIR: folder, SPOOL_DIR: folder, DEVICE_SECRETS: secrets },
      ...{ STATUS_INTERVAL_MS: '200', DEVICE_BACKOFF_MAX_MS: '500' },
    };
    await startInProcess('api', (context) => startApi(apiConfig(settings), context));
    await startInProcess('supervisor', (context) => startSupervisor(supervisorConfig(settings), context));
    await startInProcess('collector', (context) => startCollector(collectorConfig(settings), context));
    await startInProcess('writer', (context) => startWriter(writerConfig(settings), 'writer-1', context));
    const rest = restClient(`http://127.0.0.1:${apiPort}`);
    await untilReady(rest);

    const meter = {
      ...{ code: 'meter-1', protocol: 'mqtt', host: '127.0.0.1', port: broker.port, timeout_ms: 2_000 },
      ...{ username: 'holdfast', password: { secret: 'broker' } },
    };
    const bind = (bindings: object) => writeFile(join(secrets, 'bindings.json'), JSON.stringify(bindings));
    const bound = { broker: { sites: ['*'], hosts: [`127.0.0.1:${broker.port}`] } };
    const elsewhere = { ...meter, code: 'listener', port: broker.port === 1_883 ? 1_884 : 1_883 };
    const refusal = (device: object) => rest.post('/api/config/devices/', device);
    await eventually(async () => (await refusal(meter)).body.code === 'secret_not_allowed', {
      what: 'the secret to be refused while it has no binding',
    });
    await bind(bound);
    const { id: deviceId } = await eventually(
      async () => {
        const answer = await refusal(meter);
        return answer.status === 201 && answer.body;
      },
      { what: 'the collector to tell the binding' },
    );
    expect(await refusal(elsewhere)).toMatchObject({ status: 422, body: { code: 'secret_not_allowed' } });
    const ofDevice = { device_id: deviceId, data_type: 'float64' };
    await rest.create('/api/config/points/', {
      ...{ ...ofDevice, code: 'power', topic: 'hall/meter-1#/power', time_at: '/ts' },
    });
    const lamp = await rest.create('/api/config/points/', {
      ...{ ...ofDevice, data_type: 'bool', code: 'lamp', topic: 'hall/lamp', writable: true },
      command_topic: 'hall/lamp/set',
    });
    const task = await rest.create('/api/config/tasks/', {
      ...{ code: 'meters', period_ms: 1_000, device_ids: [deviceId] },
    });
    const sessions = '/api/acquisition/sessions';
    const { session_id: id } = await rest.create(`${sessions}/start-task/`, { task_id: task.id });

    // A collector asks its own file, whatever the API knew.
    await bind({});
    const session = async () => JSON.stringify((await rest.get(`${sessions}/${id}/status/`)).body);
    await eventually(
      async () => (await session()).includes('the secret broker is bound to no site and host'),
      {
        what: 'the collector to refuse the secret',
      },
    );
    await bind(bound);

    // The secret is not there yet, and the device's health says what to do.
    await eventually(
      async () => /the secret broker cannot be had.*Put the value into that file/.test(await session()),
      {
        what: 'the health of the device to name the missing secret',
      },
    );
    await writeFile(join(secrets, 'broker'), `${password}\n`);

    const client = await mqtt.connectAsync(broker.url, { username: 'holdfast', password });
    cleanUpAfterFile(() => client.endAsync(true));
    const commands: string[] = [];
    client.on('message', (topic, payload) => commands.push(`${topic} ${payload}`));
    await client.subscribeAsync('hall/lamp/set', { qos: 1 });
    const history = async (code: string) => {
      const path = `${sessions}/point-history/?device=meter-1&point_code=${code}&start_time=-10m`;
      return JSON.stringify((await rest.get(path)).body);
    };
    const ts = Date.now() - 5_000;
    const publish = (power: number) =>
      client.publishAsync('hall/meter-1', JSON.stringify({ ts: ts + power, power }), { qos: 1 });
    for (const power of [1, 2, 3]) await publish(power);
    await eventually(
      async () => {
        // The subscription may not have been made when the first ones were published.
        await publish(4);
        return (await history('power')).includes(new Date(ts + 4).toISOString());
      },
      { what: 'a value at the time of its source to be in the history', intervalMs: 200 },
    );
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    cleanUpAfterFile(() => database.end());
    const { rows } = await database.query(
      `select count(*)::int as count from samples.reading where point_code = 'power' and source_time = time`,
    );
    expect(rows[0].count).toBeGreaterThan(0);

    // The lamp's machine publishes its new state, as that is retained.
    client.on('message', (topic, payload) => {
      if (topic === 'hall/lamp/set') client.publish('hall/lamp', payload, { qos: 1, retain: true });
    });
    const writeAnswer = await rest.create(`/api/acquisition/points/${lamp.id}/write/`, { value: true });
    expect([writeAnswer.outcome, commands]).toEqual(['written', ['hall/lamp/set true']]);

    // Only the collector has the password: not the configuration, not the streams, not the database.
    const texts: string[] = [
      JSON.stringify((await rest.get(`/api/config/devices/${deviceId}/`)).body),
      await session(),
    ];
    const log = await sessionLogForTest(nats.url);
    for (const stream of ['SESSIONS', 'SAMPLES', 'HEALTH', 'AUDIT', 'OBJ_TASK_CONFIGS', 'KV_STATUS']) {
      try {
        for await (const { data } of readStream(log.nc, stream)) texts.push(String(data));
      } catch {
        // Not every installation has each of these streams.
      }
    }
    const { rows: tables } = await database.query(
      `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const { rows: all } = await database.query(`select row::text as row from ${name} as row`);
      texts.push(...all.map(({ row }) => String(row)));
    }
    expect(texts.some((text) => text.includes('"secret"'))).toBe(true);
    expect(texts.filter((text) => text.includes(password))).toEqual([]);
  });
});
