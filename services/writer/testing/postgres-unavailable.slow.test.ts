import { processExists } from '@holdfast/dev/child-process.ts';
import { type PostgresServer, startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { ticks, valuesOf } from './stored-values.ts';
import {
  backlogOf,
  connectTo,
  publishSamples,
  quarantined,
  sampleOf,
  sinkStatusThat,
  startWriter,
  untilAllAcked,
  untilDelivered,
  untilLogged,
} from './writer-under-test.ts';

describe('the writer while PostgreSQL is unavailable', () => {
  let nats: NatsServer;
  let connection: Connection;
  let postgres: PostgresServer;
  let settings: Record<string, string>;
  beforeAll(async () => {
    nats = await natsForTest();
    postgres = await startPostgres({ dataDir: `${await temporaryFolder('writer')}/data`, fsync: false });
    cleanUpAfterFile(() => postgres.stop());
    settings = { DATABASE_URL: await postgres.createDatabase('writer_test') };
    connection = await connectTo(nats);
  });

  it('keeps all samples waiting, stops at once when asked to, and loses none', async () => {
    let writer = await startWriter(nats, settings);
    await untilLogged(writer, 'writing samples');
    await publishSamples(
      connection,
      ticks(500).map((tick) => sampleOf({ tick })),
    );
    await untilAllAcked(connection);
    await postgres.kill();
    await publishSamples(
      connection,
      ticks(500, 500).map((tick) => sampleOf({ tick })),
    );
    await untilLogged(writer, 'the database cannot be used');

    expect(await writer.stop({ graceMs: 25_000 })).toEqual({ code: 0, signal: null });
    writer = await startWriter(nats, settings);
    await untilLogged(writer, 'the database cannot be used');
    expect(await writer.stop({ graceMs: 25_000 })).toEqual({ code: 0, signal: null });

    writer = await startWriter(nats, settings);
    await untilLogged(writer, 'the database cannot be used');
    const failing = await sinkStatusThat(connection, 'it fails', (status) => status.failing_since !== null);
    expect(failing).toMatchObject({
      reachable: false,
      last_error: { code: 'ECONNREFUSED', message: expect.stringContaining('ECONNREFUSED') },
    });
    expect(await backlogOf(connection)).toBe(500);
    await postgres.restart();
    await untilLogged(writer, 'the database can be used again');
    await sinkStatusThat(
      connection,
      'it works',
      (status) => status.reachable && status.failing_since === null,
    );
    await publishSamples(
      connection,
      ticks(500, 1_000).map((tick) => sampleOf({ tick })),
    );
    await untilAllAcked(connection);
    const store = openPostgresSampleStore({ databaseUrl: settings.DATABASE_URL ?? '' });
    expect(await valuesOf(store, 'session-1', 'temperature')).toEqual(ticks(1_500).map((tick) => 20 + tick));
    await store.close();
    expect(await quarantined(connection)).toEqual([]);
    await writer.stop();
  });

  it('stops in time also while the database is there but does not answer', async () => {
    const database = new URL(settings.DATABASE_URL ?? '');
    const proxy = await startTcpProxy({ targetPort: Number(database.port) });
    database.port = String(proxy.port);
    let writer = await startWriter(nats, { DATABASE_URL: database.href, BATCH_MAX_WAIT_MS: '1' });
    await untilLogged(writer, 'writing samples');
    proxy.stall();
    await publishSamples(
      connection,
      ticks(50).map((tick) => sampleOf({ session: 'hanging', tick })),
    );
    await untilDelivered(connection, 50);
    expect(await writer.stop({ graceMs: 25_000 })).toEqual({ code: 0, signal: null });
    await proxy.heal();
    writer = await startWriter(nats, settings);
    await untilAllAcked(connection);
    const store = openPostgresSampleStore({ databaseUrl: settings.DATABASE_URL ?? '' });
    expect(await valuesOf(store, 'hanging', 'temperature')).toHaveLength(50);
    await store.close();
    await writer.stop();
  });

  it('stores what waited once PostgreSQL can be reached again, after a cut longer than it waits for any answer', async () => {
    const database = new URL(settings.DATABASE_URL ?? '');
    const proxy = await startTcpProxy({ targetPort: Number(database.port) });
    database.port = String(proxy.port);
    const port = await freePort();
    const writer = await startWriter(nats, { DATABASE_URL: database.href, HEALTH_PORT: String(port) });
    await untilLogged(writer, 'writing samples');
    const publish = (tick: number) => publishSamples(connection, [sampleOf({ session: 'cut off', tick })]);
    const readiness = async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status;
    await publish(0);
    await untilAllAcked(connection);
    await eventually(async () => (await readiness()) === 200, { what: 'the writer to be ready' });
    proxy.drop();
    await publish(1);
    await sinkStatusThat(connection, 'writing fails', ({ failing_since }) => failing_since !== null);
    expect(await readiness()).toBe(503);
    await proxy.heal();
    await publish(2);
    await untilAllAcked(connection);
    await sinkStatusThat(connection, 'writing works', ({ reachable }) => reachable);
    expect(await readiness()).toBe(200);
    const store = openPostgresSampleStore({ databaseUrl: settings.DATABASE_URL ?? '' });
    expect(await valuesOf(store, 'cut off', 'temperature')).toEqual([20, 21, 22]);
    await store.close();
    await writer.stop();
  });

  it('lets go of a database that shuts down, however much it has to write', async () => {
    const writer = await startWriter(nats, settings);
    await untilLogged(writer, 'writing samples');
    process.kill(postgres.pid, 'SIGTERM');
    let published = 0;
    await eventually(
      async () => {
        await publishSamples(connection, [sampleOf({ session: 'let go', tick: published })]);
        published += 1;
        return !processExists(postgres.pid);
      },
      { what: 'the database to end, as it does when its last client has left' },
    );
    await postgres.restart();
    await untilAllAcked(connection);
    const store = openPostgresSampleStore({ databaseUrl: settings.DATABASE_URL ?? '' });
    expect(await valuesOf(store, 'let go', 'temperature')).toHaveLength(published);
    await store.close();
    await writer.stop();
  });

  it('rides out a restart of the database without a restart of its own', async () => {
    const writer = await startWriter(nats, settings);
    await untilLogged(writer, 'writing samples');
    await publishSamples(
      connection,
      ticks(10).map((tick) => sampleOf({ session: 'ridden', tick })),
    );
    await postgres.kill();
    await publishSamples(
      connection,
      ticks(300, 10).map((tick) => sampleOf({ session: 'ridden', tick })),
    );
    await untilLogged(writer, 'the database cannot be used');
    await postgres.restart();
    await untilAllAcked(connection);
    const store = openPostgresSampleStore({ databaseUrl: settings.DATABASE_URL ?? '' });
    expect(await valuesOf(store, 'ridden', 'temperature')).toHaveLength(310);
    await store.close();
    const complaints = writer.lastLines(200).filter((line) => line.includes('the database cannot be used'));
    expect(complaints.length).toBeLessThanOrEqual(4);
    await writer.stop();
  });
});
