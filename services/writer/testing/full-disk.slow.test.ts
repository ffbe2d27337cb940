import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, stat } from 'node:fs/promises';
import { type PostgresServer, startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { runOnce } from '@holdfast/dev/postgres-databases.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { expect, it } from 'vitest';
import {
  backlogOf,
  connectTo,
  firstTimeMs,
  publishSamples,
  quarantined,
  sampleOf,
  sinkStatusThat,
  startWriter,
  untilAllAcked,
  untilLogged,
} from './writer-under-test.ts';

const mebibyte = 1024 * 1024;
/** PostgreSQL's code for "no space left on device". */
const diskFull = '53100';

/** A real file system that is soon full, or undefined if this user may not mount one. */
async function smallDisk(bytes: number): Promise<{ path: string; grow(bytes: number): void } | undefined> {
  const path = await temporaryFolder('small-disk');
  const mount = (options: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status === 0;
  if (!mount(`size=${bytes}`)) return undefined;
  cleanUpAfterFile(async () => spawnSync('umount', ['--lazy', path]));
  return {
    path,
    grow: (to) => expect(mount(`remount,size=${to}`)).toBe(true),
  };
}

it('keeps samples waiting while the disk of the database is full, and stores all of them once there is room', async ({
  skip,
}) => {
  const disk = await smallDisk(24 * mebibyte);
  if (!disk) return skip('this user may not mount a small file system to fill');
  const nats = await natsForTest();
  const postgres = await startPostgres({
    dataDir: `${await temporaryFolder('postgres')}/data`,
    fsync: false,
  });
  cleanUpAfterFile(() => postgres.stop());
  const databaseUrl = await databaseOn(disk.path, postgres);
  const connection = await connectTo(nats);
  const store = openPostgresSampleStore({ databaseUrl });
  const coverage = openPostgresTickCoverage({ databaseUrl });
  cleanUpAfterFile(() => Promise.all([store.close(), coverage.close()]));
  const writer = await startWriter(nats, { DATABASE_URL: databaseUrl, BATCH_MAX_MESSAGES: '20' });
  await untilLogged(writer, 'writing samples');

  const ticks = Array.from({ length: 600 }, (_, tick) => tick);
  // Texts that do not compress.
  const texts = ticks.map(() => randomBytes(25_000).toString('base64'));
  await publishSamples(
    connection,
    ticks.map((tick) => sampleOf({ tick, values: { state: texts[tick] ?? '' } })),
  );
  const failing = await sinkStatusThat(
    connection,
    'the disk is full',
    (status) => status.last_error?.code === diskFull,
  );
  expect(failing.samples_written).toBeLessThan(ticks.length);
  expect(await backlogOf(connection)).toBeGreaterThan(0);
  expect(await quarantined(connection)).toEqual([]);

  disk.grow(200 * mebibyte);
  await untilAllAcked(connection);
  const points = await store.history({
    pointCode: 'state',
    start: new Date(firstTimeMs),
    end: new Date(firstTimeMs + 86_400_000),
    limit: 10_000,
  });
  expect(points.map(({ value }) => value)).toEqual(texts);
  expect((await coverage.read({ sessionId: 'session-1' })).get('press-1')?.get(1_000)?.stored).toEqual(
    fromTicks(ticks),
  );
  expect(await quarantined(connection)).toEqual([]);
  await writer.stop();
});

async function databaseOn(path: string, postgres: PostgresServer): Promise<string> {
  // Where this process runs as root, the server runs as another user.
  const { uid, gid } = await stat(postgres.dataDir);
  await chown(path, uid, gid);
  const url = await postgres.createDatabase('plant');
  await runOnce(postgres.adminUrl, `create tablespace small location '${path}'`);
  await runOnce(postgres.adminUrl, 'alter database plant set tablespace small');
  return url;
}
