import { appendFile, cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { sessionLogExtent } from '@holdfast/shared/jetstream/sessions/restore-session-log.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstream } from '@nats-io/jetstream';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { connectionForTest } from '../support/connection-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureAndStart, configureDevice, countPoint, untilReady } from '../support/over-rest.ts';
import { restClient } from '../support/rest-client.ts';
import { startService } from '../support/service-processes.ts';
import { sessionLogForTest } from '../support/session-log.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { backupCommand, contentOf } from './backup-command.ts';

const sizes = { SESSIONS_MAX_BYTES: String(64 * 1024 * 1024), SAMPLES_MAX_BYTES: String(64 * 1024 * 1024) };

describe('a restore', () => {
  const saved = { nats: '', database: '' };
  const empty = { nats: '', database: '' };
  let folder: string;
  let good: string;

  const restore = (from: string, ...args: string[]) =>
    backupCommand(empty, 'restore', '--from', from, ...args);
  const changed = async (change: (copy: string) => Promise<void>): Promise<string> => {
    const copy = join(folder, 'changed');
    await rm(copy, { recursive: true, force: true });
    await cp(good, copy, { recursive: true });
    await change(copy);
    return copy;
  };

  beforeAll(async () => {
    folder = await temporaryFolder('backups');
    good = join(folder, 'good');
    const { url: nats } = await natsForTest();
    Object.assign(empty, { nats: (await natsForTest()).url, database: await freshDatabase() });
    await sessionLogForTest(nats);
    const settings = { writer: false, supervisor: false, collector: false } as const;
    const services = await servicesForTest({ natsUrl: nats, common: sizes, settings });
    Object.assign(saved, { nats, database: services.databaseUrl });
    const place = { code: 'a', host: '127.0.0.1', port: 1, unit_id: 1 };
    const device = await configureDevice(services.rest, place, [countPoint]);
    await configureAndStart(services.rest, { code: 't', period_ms: 1000, device_ids: [device.id] });
    await services.process('api').stop();
    expect((await backupCommand(saved, 'backup', '--to', good)).code).toBe(0);
  });

  /** A refused command must leave nothing behind. */
  afterEach(async () => {
    expect(await contentOf(empty.database)).toEqual({});
    const { nc } = await connectNats({ url: empty.nats, name: 'look', log: createLogger('look', 'fatal') });
    try {
      expect((await sessionLogExtent(nc))?.lastSequence ?? 0).toBe(0);
    } finally {
      await nc.close();
    }
  });

  it('refuses a folder that is no backup', async () => {
    const { code, output } = await restore(folder);
    expect(output).toContain('holds no backup');
    expect(code).toBe(1);
  });

  it('refuses a file that was cut', async () => {
    const copy = await changed((to) => truncate(join(to, 'sessions.jsonl.gz'), 20));
    const { code, output } = await restore(copy);
    expect(output).toMatch(/sessions\.jsonl\.gz is damaged: 20 bytes instead of/);
    expect(code).toBe(1);
  });

  it('refuses a file with one other byte', async () => {
    const copy = await changed(async (to) => {
      const path = join(to, 'postgres.public.points.copy.gz');
      const bytes = await readFile(path);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await writeFile(path, bytes);
    });
    const { code, output } = await restore(copy);
    expect(output).toContain('postgres.public.points.copy.gz is damaged: its SHA-256 is another one');
    expect(code).toBe(1);
  });

  it('refuses a backup that lacks a file', async () => {
    const copy = await changed((to) => rm(join(to, 'task-configs.jsonl.gz')));
    expect((await restore(copy)).output).toContain('task-configs.jsonl.gz is missing');
  });

  it('refuses a manifest that is damaged', async () => {
    const copy = await changed((to) => appendFile(join(to, 'manifest.json'), '}'));
    expect((await restore(copy)).output).toContain('manifest.json is damaged: it is not JSON');
  });

  it('refuses to leave out more epochs than anybody can have lost', async () => {
    const { code, output } = await restore(good, '--epoch-floor', '5000000');
    expect(output).toContain('the epoch floor 5000000 is more than 1000000 above');
    expect(code).toBe(1);
  });

  it('refuses a log that would not have room', async () => {
    const { code, output } = await backupCommand(
      { ...empty, SESSIONS_MAX_BYTES: '1048576' },
      'restore',
      ...['--from', good, '--epoch-floor', '50000'],
    );
    expect(output).toContain('raise SESSIONS_MAX_BYTES');
    expect(code).toBe(1);
  });

  it('refuses a broker whose log has a reader, also between two questions for events', async () => {
    const own = { nats: (await natsForTest()).url, database: empty.database };
    await sessionLogForTest(own.nats);
    const nc = await connectionForTest(own.nats);
    const consumer = await jetstream(nc).consumers.get('SESSIONS', { filter_subjects: ['sessions.>'] });
    let looks = 0;
    // This service asks only after the second look: one look, or two at once, would miss it.
    nc.subscribe('$JS.API.CONSUMER.LIST.SESSIONS', {
      callback: () => {
        looks += 1;
        if (looks === 2) void consumer.next({ expires: 60_000 }).catch(() => null);
      },
    });
    await nc.flush();
    const { code, output } = await backupCommand(own, 'restore', '--from', good);
    expect(output).toContain('stop all services before a restore');
    expect(code).toBe(1);
    expect(looks).toBeGreaterThan(2);
  });

  it('refuses a broker that has events', async () => {
    const { code, output } = await backupCommand(
      { nats: saved.nats, database: empty.database },
      'restore',
      '--from',
      good,
    );
    expect(output).toContain('SESSIONS is not empty');
    expect(code).toBe(1);
  });

  it('refuses a broker that has had alarms', async () => {
    const used = (await natsForTest()).url;
    const { nc } = await sessionLogForTest(used);
    await askBroker(nc, 'alarms.device_silent.1', '{}');
    const target = { nats: used, database: empty.database };
    const { code, output } = await backupCommand(target, 'restore', '--from', good);
    expect(output).toContain('ALARMS is not empty');
    expect(code).toBe(1);
    expect(await contentOf(empty.database)).toEqual({});
  });

  it('refuses a database that has rows, and leaves it as it is', async () => {
    const before = await contentOf(saved.database);
    const { code, output } = await backupCommand(
      { nats: empty.nats, database: saved.database },
      'restore',
      '--from',
      good,
    );
    expect(output).toMatch(/the database is not empty \([^)]*public\.devices/);
    expect(code).toBe(1);
    expect(await contentOf(saved.database)).toEqual(before);
  });
});

describe('a restore into what an API has already been started on', () => {
  it('is refused while it is up, and done when it is stopped, with epochs above those that were given', async () => {
    const folder = await temporaryFolder('backups');
    const first = { nats: (await natsForTest()).url, database: await freshDatabase() };
    const second = { nats: (await natsForTest()).url, database: await freshDatabase() };
    const start = async ({ nats, database }: typeof first) => {
      const apiPort = await freePort();
      const rest = restClient(`http://127.0.0.1:${apiPort}`);
      const api = await startService('api', {
        NATS_URL: nats,
        DATABASE_URL: database,
        API_PORT: String(apiPort),
        ...sizes,
      });
      await untilReady(rest);
      return { api, rest };
    };
    const one = await start(first);
    await one.rest.create('/api/config/sites/', { code: 'hall', name: 'Halle' });
    expect((await backupCommand(first, 'backup', '--to', join(folder, 'b'))).code).toBe(0);
    const twice = await backupCommand(first, 'backup', '--to', join(folder, 'b'));
    expect(twice.output).toContain('exists already');
    expect(await readdir(folder)).toEqual(['b']);

    const { api } = await start(second);
    const nc = await connectionForTest(second.nats);
    // The broker knows nothing of a service until it follows the log.
    await eventually(async () => (await sessionLogExtent(nc))?.isFollowed, {
      what: 'the API to follow the log',
    });
    const refused = await backupCommand(second, 'restore', '--from', join(folder, 'b'));
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining('stop all services before a restore'),
    });
    await api.stop();
    const done = await backupCommand(second, 'restore', '--from', join(folder, 'b'), '--epoch-floor', '1234');
    expect(done.output).toContain('Epochs go on above 1234.');
    const { rest } = await start(second);
    expect((await rest.get('/api/config/sites/')).body.results).toMatchObject([{ code: 'hall' }]);
    const client = new pg.Client({ connectionString: second.database });
    await client.connect();
    cleanUpAfterFile(() => client.end());
    await eventually(
      async () => {
        const { rows } = await client.query('select last_sequence from projection_checkpoint');
        return rows[0]?.last_sequence === '1234';
      },
      { what: 'the read model to reach the end of the log' },
    );
    const { rows } = await client.query(
      'select count(*)::int as count from session_events where problem is not null',
    );
    expect(rows).toEqual([{ count: 0 }]);
  });
});

describe('a backup', () => {
  it('is refused where broker and database do not belong together, and leaves no folder', async () => {
    const folder = await temporaryFolder('backups');
    const pair = { nats: (await natsForTest()).url, database: await freshDatabase() };
    const { nc } = await sessionLogForTest(pair.nats);
    expect(nc.isClosed()).toBe(false);
    const client = new pg.Client({ connectionString: pair.database });
    await client.connect();
    cleanUpAfterFile(() => client.end());
    await client.query(
      'create table projection_checkpoint (name text primary key, last_sequence bigint not null, last_event_id text)',
    );
    await client.query("insert into projection_checkpoint values ('sessions', 7, 'x')");
    const { code, output } = await backupCommand(pair, 'backup', '--to', join(folder, 'b'));
    expect(output).toContain('this database was not made from this SESSIONS');
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });
});
