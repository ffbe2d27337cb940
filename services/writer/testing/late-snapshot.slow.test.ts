import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { expect, it } from 'vitest';
import { valuesOf } from './stored-values.ts';
import {
  asPlaced,
  connectTo,
  publishSamples,
  quarantined,
  sampleOf,
  startWriter,
  untilLogged,
} from './writer-under-test.ts';

it('samples whose snapshot is written late are stored from then on, by the writer that has missed it', async () => {
  const nats = await natsForTest();
  const databaseUrl = await freshDatabase();
  const store = openPostgresSampleStore({ databaseUrl });
  cleanUpAfterFile(() => store.close());
  const connection = await connectTo(nats);
  const writer = await startWriter(nats, { DATABASE_URL: databaseUrl });
  await untilLogged(writer, 'writing samples');
  const sample = (tick: number) => sampleOf({ session: 'late', tick });
  await asPlaced(connection, [sample(1)]);
  const configs = await TaskConfigStore.open(connection.nc);
  const [name = ''] = await configs.names();
  const snapshot = await configs.loadText(name);
  const [taskId = '', version] = name.split('/');
  await (await sessionLogForTest(nats.url)).removeConfig(taskId, Number(version));

  await publishSamples(connection, [sample(1), sample(2)]);
  const away = await eventually(
    async () => {
      const records = await quarantined(connection);
      return records.length === 2 && records;
    },
    { what: 'them to be put away' },
  );
  expect(away[0]?.reason).toContain(`${name} is missing`);

  if (snapshot.ok) await configs.putText(name, snapshot.text);
  let tick = 2;
  await eventually(
    async () => {
      tick += 1;
      await publishSamples(connection, [sample(tick)]);
      return (await valuesOf(store, 'late', 'temperature')).length > 0;
    },
    { what: 'those that come later to be stored', intervalMs: 500 },
  );
});
