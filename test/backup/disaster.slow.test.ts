import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { ApiKeyRecord } from '@holdfast/shared/contracts/api-key.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import { ApiKeyBook } from '@holdfast/shared/jetstream/boards/api-keys.ts';
import { UserBook } from '@holdfast/shared/jetstream/boards/users.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureDevice, countPoint, untilReady } from '../support/over-rest.ts';
import { type RestClient, restClient } from '../support/rest-client.ts';
import { startService, testLease } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { backupCommand, contentOf, runProgram } from './backup-command.ts';

const sessionsPath = '/api/acquisition/sessions';
const metadata = { shift: '早班 "A"', note: 'tab\t, backslash \\, line\nend, \u2028 and NULL \\N' };
const sizes = { SESSIONS_MAX_BYTES: String(64 * 1024 * 1024), SAMPLES_MAX_BYTES: String(64 * 1024 * 1024) };

const anna: User = {
  ...{ v: 1, id: 'u-aaaaaaaaaaaaaaaa', login: 'Anna@plant.example', name: '安娜', language: 'zh' },
  ...{ grants: [{ role: 'viewer', sites: ['北厂'] }], password: null, disabled: false },
  identity: { issuer: 'https://id.example', subject: '7' },
  ...{ created_at: '2026-01-01T06:00:00.000Z', created_by: 'test', changed_at: '2026-01-01T06:00:00.000Z' },
};

/** Requests over loopback need no key, so those of this test go on without one. */
const keys: readonly ApiKeyRecord[] = [
  {
    ...{ id: '0a1b2c3d', name: '班长', revoked_at: null, revoked_by: null },
    ...{
      grants: [{ role: 'administrator' as const, sites: ['*'] }],
      networks: ['127.0.0.0/8', '2001:db8::/32'],
      last_used_at: '2026-01-01T06:00:00.000Z',
    },
  },
  {
    ...{
      id: '4e5f6a7b',
      name: 'old panel',
      revoked_at: '2026-01-02',
      revoked_by: 'li',
    },
    grants: [{ role: 'viewer' as const, sites: ['hall-1', '北厂'] }],
    ...{ networks: [], last_used_at: null },
  },
].map((key) => ({
  ...{ v: 1 as const, sha256: '5'.repeat(64), created_at: '2026-01-01', created_by: 'li', expires_at: null },
  ...key,
}));

interface StoredMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly data: string;
}

async function messagesOf(log: SessionLogForTest, stream = 'SESSIONS'): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  for await (const { sequence, subject, data } of readStream(log.nc, stream)) {
    messages.push({ sequence, subject, data });
  }
  return messages;
}

/** Alarms, of which the oldest are gone: what is left does not begin with sequence 1. */
async function recordAlarms(log: SessionLogForTest): Promise<void> {
  for (let number = 1; number <= 5; number += 1)
    await askBroker(log.nc, `alarms.device_silent.${number}`, JSON.stringify({ type: 'alarm.new', number }));
  const jsm = await jetstreamManager(log.nc);
  await jsm.streams.update('ALARMS', { max_msgs: 3 });
  await jsm.streams.update('ALARMS', { max_msgs: -1 });
}

async function values(rest: RestClient, sessionId: string): Promise<unknown[]> {
  const path = `${sessionsPath}/point-history/?point_code=count&session_id=${sessionId}&start_time=-1h&limit=10000`;
  return (await rest.get(path)).body.results;
}

/** Two systems at the same plant, one after the other; everything of the first is lost but its backups. */
describe('everything is lost but a backup that was taken while sessions ran', () => {
  let fleet: FleetForTest;
  let folder: string;
  let before: {
    readonly running: string;
    readonly stopped: string;
    readonly paused: string;
    readonly epochs: readonly number[];
    readonly saved: StoredMessage[];
    readonly values: readonly unknown[];
    readonly highest: number;
  };
  const lost = { nats: '', database: '' };
  const addresses = { nats: '', database: '' };
  let restoredAt: string;

  beforeAll(async () => {
    fleet = await fleetForTest(['press-1', 'press-2', 'press-3']);
    folder = await temporaryFolder('backups');
    Object.assign(lost, { nats: fleet.nats.url, database: await freshDatabase() });
    const apiPort = await freePort();
    const rest = restClient(`http://127.0.0.1:${apiPort}`);
    const database = { DATABASE_URL: lost.database };
    const services = [
      await fleet.start('api', { ...database, API_PORT: String(apiPort), API_ANONYMOUS_LOOPBACK: 'true' }),
      await fleet.start('writer', database),
      await fleet.start('supervisor'),
      await fleet.collector('c1'),
    ];
    await untilReady(rest);
    const sessions: string[] = [];
    const epochs: number[] = [];
    for (const { device, host, port, unitId } of fleet.plant.plant.endpoints) {
      const place = { code: device, host, port, unit_id: unitId };
      const created = await configureDevice(rest, place, [countPoint]);
      const task = await rest.create('/api/config/tasks/', {
        code: `task-${device}`,
        name: '压机 \\ "1"',
        period_ms: 200,
        device_ids: [created.id],
      });
      const { session_id } = await rest.create(`${sessionsPath}/start-task/`, { task_id: task.id, metadata });
      const { epoch } = await fleet.placed(String(task.id));
      await fleet.sampled(session_id, epoch);
      sessions.push(session_id);
      epochs.push(epoch);
    }
    const [running = '', stopped = '', paused = ''] = sessions;
    await rest.create(`${sessionsPath}/${stopped}/stop/`, { reason: 'shift is over' });
    const book = await ApiKeyBook.open(fleet.log.nc);
    for (const key of keys) await book.create(key);
    await (await UserBook.open(fleet.log.nc)).create(anna);
    await rest.create(`${sessionsPath}/${paused}/pause/`, {});
    await eventually(async () => (await values(rest, running)).length >= 10, {
      what: 'values in the database',
    });

    await recordAlarms(fleet.log);
    const saving = await backupCommand(lost, 'backup', '--to', join(folder, 'live'));
    expect(saving.output).toContain('Saved in');
    expect(saving.code).toBe(0);
    const manifest = JSON.parse(await readFile(join(folder, 'live', 'manifest.json'), 'utf8'));
    const saved = (await messagesOf(fleet.log)).slice(0, manifest.sessions.last_sequence);
    const valuesThen = await values(rest, running);

    // From here on nothing is in the backup: another run, under an epoch of its own.
    const again = await rest.create(`${sessionsPath}/start-task/`, {
      task_id: Number(stopped.split('-')[0]),
    });
    const { epoch: highest } = await fleet.placed(String(again.task_id ?? stopped.split('-')[0]));
    await fleet.sampled(again.session_id, highest);
    before = { running, stopped, paused, epochs, saved, values: valuesThen, highest };
    await Promise.all(services.map((service) => service.stop()));
    expect((await backupCommand(lost, 'backup', '--to', join(folder, 'quiet'))).code).toBe(0);
  });

  it('lies in files that no other user can read, and no half of one is left', async () => {
    expect((await readdir(folder)).sort()).toEqual(['live', 'quiet']);
    for (const name of await readdir(join(folder, 'live'))) {
      expect((await stat(join(folder, 'live', name))).mode & 0o077).toBe(0);
    }
  });

  it('brings back every row and every event as it was', async () => {
    const copy = { nats: (await natsForTest()).url, database: await freshDatabase() };
    const restored = await backupCommand(copy, 'restore', '--from', join(folder, 'quiet'));
    expect(restored.output).toContain('Restored: ');
    expect(restored.code).toBe(0);
    const content = await contentOf(copy.database);
    expect(content['samples.sample_value']?.length).toBeGreaterThan(20);
    expect(content['samples.tick_coverage']).not.toEqual([]);
    expect(content).toEqual(await contentOf(lost.database));
    const log = await sessionLogForTest(copy.nats);
    const all = await messagesOf(fleet.log);
    const brought = await messagesOf(log);
    expect(brought.slice(0, all.length)).toEqual(all);
    expect((await (await ApiKeyBook.open(log.nc)).readAll()).map(({ record }) => record)).toEqual(keys);
    expect((await (await UserBook.open(log.nc)).readAll()).map(({ record }) => record)).toEqual([anna]);
    const alarms = await messagesOf(log, 'ALARMS');
    expect(alarms.map(({ sequence }) => sequence)).toEqual([3, 4, 5]);
    expect(alarms).toEqual(await messagesOf(fleet.log, 'ALARMS'));
    // The next one gets the sequence that it would have had.
    expect((await askBroker(log.nc, 'alarms.device_silent.6', '{}')).json()).toMatchObject({ seq: 6 });
    const rest = brought.slice(all.length).map(({ subject }) => subject);
    expect(new Set(rest)).toEqual(new Set(['sessions.restored']));
  });

  it('goes on in a new system: what ran runs under higher epochs, what was stopped stays stopped', async () => {
    Object.assign(addresses, { nats: (await natsForTest()).url, database: await freshDatabase() });
    const restored = await backupCommand(addresses, 'restore', '--from', join(folder, 'live'));
    expect(restored.output).toContain('Epochs go on above');
    expect(restored.code).toBe(0);
    restoredAt = new Date().toISOString();
    const log = await sessionLogForTest(addresses.nats);
    expect((await messagesOf(log)).slice(0, before.saved.length)).toEqual(before.saved);

    const apiPort = await freePort();
    const rest = restClient(`http://127.0.0.1:${apiPort}`);
    const common = { NATS_URL: addresses.nats, DATABASE_URL: addresses.database, ...testLease, ...sizes };
    const requests = fleet.plant.requests.length;
    await startService('api', { ...common, API_PORT: String(apiPort), API_ANONYMOUS_LOOPBACK: 'true' });
    await startService('writer', common);
    await startService('supervisor', common);
    await startService('collector', { ...common, COLLECTOR_ID: 'c2' });
    await untilReady(rest);

    const [runningTask = '', stoppedTask = '', pausedTask = ''] = [
      before.running,
      before.stopped,
      before.paused,
    ].map((id) => id.split('-')[0]);
    const placement = async (taskId: string) => {
      const task = await log.task(taskId);
      return currentPlacement(task.session, task.placement);
    };
    const placed = await eventually(
      async () => {
        const now = await placement(runningTask);
        return now?.collectorId === 'c2' && now;
      },
      { what: 'the running session to be placed again' },
    );
    // The new epoch is also above those given out after the backup, of which nothing is known any more.
    expect(placed.epoch).toBeGreaterThan(Math.max(...before.epochs, before.highest));
    await eventually(async () => (await values(rest, before.running)).length >= before.values.length + 10, {
      what: 'new values behind the old ones',
    });
    const history = await values(rest, before.running);
    expect(history).toEqual(expect.arrayContaining([...before.values.slice(0, 10)]));

    // Readings between the backup and the restore are lost, and reported as lost.
    const counts = (await rest.get(`${sessionsPath}/${before.running}/completeness/?to=now`)).body;
    expect(counts.stored + counts.quarantined + counts.missing).toBe(counts.expected);
    expect(counts.missing).toBeGreaterThan(0);

    const session = await eventually(
      async () => {
        const { body } = await rest.get(`${sessionsPath}/${before.running}/`);
        return body.epoch === placed.epoch ? body : undefined;
      },
      { what: 'the read model to have caught up' },
    );
    expect(session).toMatchObject({ status: 'running', epoch: placed.epoch, collector_id: 'c2', metadata });
    expect((await rest.get(`${sessionsPath}/${before.stopped}/`)).body).toMatchObject({ status: 'stopped' });
    expect((await rest.get(`${sessionsPath}/${before.paused}/`)).body).toMatchObject({ status: 'paused' });
    expect(await placement(stoppedTask)).toBeUndefined();
    expect(await placement(pausedTask)).toBeUndefined();
    const devices = fleet.plant.requests.slice(requests).map(({ device }) => device);
    expect(new Set(devices)).toEqual(new Set(['press-1']));

    // The new system takes commands, and new things get numbers of their own.
    await rest.create(`${sessionsPath}/${before.paused}/resume/`, {});
    await eventually(async () => ((await placement(pausedTask))?.epoch ?? 0) > placed.epoch, {
      what: 'the paused session to go on',
    });
    const site = await rest.create('/api/config/sites/', { code: 'new', name: 'New' });
    expect(site.id).toBeGreaterThan(0);
  });

  it('and the new system holds the invariants', async () => {
    const verify = join(import.meta.dirname, '..', 'verify', 'main.ts');
    // Ticks from before cannot be judged: the stream that recorded them went with the old broker.
    const args = ['--nats', addresses.nats, '--database', addresses.database, '--since', restoredAt];
    const verdict = await eventually(
      async () => {
        const { output } = await runProgram(verify, [...args, '--settle-ms', '3000', '--json']);
        const verdict = JSON.parse(output.split('\n').at(-1) ?? '');
        return verdict.ticks.stored >= 10 && verdict;
      },
      { what: 'ticks that can be judged' },
    );
    expect(verdict.violations).toEqual([]);
    expect(verdict.counts.sessions).toBe(3);
  });
});
