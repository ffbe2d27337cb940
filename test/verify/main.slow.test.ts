import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { durableNames, streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { newNkeyPair } from '@holdfast/shared/jetstream/connection/nkey-pair.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { startApi } from '../../services/api/testing/api-under-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { connectionForTest } from '../support/connection-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { influxForTest, influxIsInstalled } from '../support/influx-for-test.ts';
import { startInfluxTwoFront } from '../support/influx-two-front.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function startVerify(env: Record<string, string>, args: readonly string[]): Promise<RunningProcess> {
  return startProcess({
    name: 'verify',
    command: process.execPath,
    args: [join(import.meta.dirname, 'main.ts'), ...args],
    env,
  });
}

async function saidBy(program: RunningProcess): Promise<{ code: number | null; output: string }> {
  const { code } = await program.exited;
  const lines: string[] = [];
  for await (const line of program.lines()) lines.push(line);
  return { code, output: lines.join('\n') };
}

describe('npm run verify', () => {
  let fleet: FleetForTest;
  let sessionId: string;

  beforeAll(async () => {
    fleet = await fleetForTest(['press']);
    await Promise.all([fleet.start('supervisor'), fleet.collector('c1')]);
  });

  const verify = (...args: string[]) => verifyIn({}, ...args);
  const verifyIn = async (
    env: Record<string, string>,
    ...args: string[]
  ): Promise<{ code: number | null; output: string }> => {
    const program = await startVerify(env, args);
    return saidBy(program);
  };

  it('says that it cannot judge where nothing was recorded', async () => {
    const { code, output } = await verify('--nats', fleet.nats.url);
    expect(output).toContain('could not judge');
    expect(code).toBe(2);
  });

  it('finds broker and database in the environment as well, and in files that it names', async () => {
    const broker = await verifyIn({ NATS_URL: fleet.nats.url });
    expect([broker.code, broker.output]).toEqual([2, expect.stringContaining('could not judge')]);
    const file = join(await temporaryFolder('verify'), 'database-url');
    await writeFile(file, 'postgres://nobody@127.0.0.1:1/none\n');
    const database = await verifyIn({ NATS_URL: fleet.nats.url, DATABASE_URL_FILE: file });
    expect([database.code, database.output]).toEqual([2, expect.stringContaining('127.0.0.1:1')]);
    const nowhere = await verifyIn({});
    expect([nowhere.code, nowhere.output]).toEqual([2, expect.stringContaining('NATS_URL')]);
  });

  it('says that it cannot judge where there is no broker', async () => {
    const { code, output } = await verify('--nats', 'nats://127.0.0.1:1');
    expect(output).toContain('NATS does not answer');
    expect(code).toBe(2);
  });

  it('says which seed it needs where the broker asks for keys, and it has none or another', async () => {
    const keys = identitiesForTest();
    const { url } = await natsForTest({ configLines: keys.configLines });
    const none = await verify('--nats', url);
    expect([none.code, none.output]).toEqual([
      2,
      expect.stringContaining('asks for a key, and none was given'),
    ]);
    for (const seed of [newNkeyPair().seed, keys.seed('writer')]) {
      const other = await verifyIn({ NATS_NKEY_SEED: seed }, '--nats', url);
      expect([other.code, other.output]).toEqual([
        2,
        expect.stringMatching(
          /does not know this key as that of the API.* \.holdfast\/secrets\/nats-api\/seed/,
        ),
      ]);
    }
    const own = await verifyIn({ NATS_NKEY_SEED: keys.seed('api') }, '--nats', url);
    expect(own.output).not.toContain('seed');
  });

  it('finds nothing in a session that is polled, and says what it has seen', async () => {
    sessionId = await fleet.log.start(fleet.plant.config({ taskId: '7', devices: ['press'] }));
    const { epoch } = await fleet.placed('7');
    await fleet.sampled(sessionId, epoch, 10);
    const { code, output } = await verify('--nats', fleet.nats.url, '--settle-ms', '1000', '--json');
    // A word on samples that it waited for may come before the verdict.
    const verdict = JSON.parse(output.split('\n').at(-1) ?? '');
    expect(verdict.violations).toEqual([]);
    expect(verdict.counts).toMatchObject({ events: 2, sessions: 1 });
    expect(verdict.ticks.stored).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it('calls ticks of a time in which nothing ran not settled until the first sample after it, and waits for that', async () => {
    await fleet.stopFirst('collector');
    const args = ['--nats', fleet.nats.url, '--settle-ms', '200'];
    const impatient = await eventually(
      async () => {
        const outcome = await verify(...args, '--wait-ms', '0');
        return outcome.code === 1 && outcome;
      },
      { what: 'ticks to be missing' },
    );
    expect(impatient.output).toContain('nothing that explains it');
    expect(impatient.output).not.toContain('not settled');

    const patient = await startVerify({}, [...args, '--wait-ms', '60000', '--json']);
    await eventually(() => patient.lastLines(5).join().includes('not settled yet'), { what: 'it to wait' });
    await fleet.collector('c1');
    const { code, output } = await saidBy(patient);
    const verdict = JSON.parse(output.split('\n').at(-1) ?? '');
    expect(verdict.violations).toEqual([]);
    expect(code).toBe(0);
  });

  it.runIf(influxIsInstalled())(
    'judges by the record of the writer where samples go to InfluxDB, when it is told so',
    async () => {
      const [influx, databaseUrl] = await Promise.all([influxForTest(), freshDatabase()]);
      await influx.createDatabase('verified');
      const front = await startInfluxTwoFront(influx.url);
      cleanUpAfterFile(() => front.stop());
      const api = await startApi({ nats: fleet.nats.url, database: databaseUrl });
      await api.ready();
      await fleet.start('writer', {
        DATABASE_URL: databaseUrl,
        SAMPLE_STORE: 'influx',
        INFLUX_URL: front.url,
        INFLUX_BUCKET: 'verified',
      });
      const nc = await connectionForTest(fleet.nats.url);
      const jsm = await jetstreamManager(nc);
      await eventually(
        async () => {
          const { ack_floor, num_pending } = await jsm.consumers.info(
            streamNames.samples,
            durableNames.writer,
          );
          return ack_floor.stream_seq > 10 && num_pending < 10;
        },
        { what: 'the writer to have caught up' },
      );
      const args = ['--nats', fleet.nats.url, '--settle-ms', '5000', '--wait-ms', '0'];
      const env = { DATABASE_URL: databaseUrl };
      await eventually(
        async () => {
          const { code, output } = await verifyIn({ ...env, SAMPLE_STORE: 'influx' }, ...args);
          return code === 0 && output.includes('no violation');
        },
        { what: 'no violation once events and samples have arrived' },
      );
      const untold = await verifyIn(env, ...args);
      expect([untold.code, untold.output]).toEqual([
        1,
        expect.stringContaining('acknowledged messages are neither'),
      ]);
      const wrong = await verifyIn(env, ...args, '--sample-store', 'influxdb');
      expect([wrong.code, wrong.output]).toEqual([2, expect.stringContaining('postgres or influx')]);
    },
  );

  it('fails when the log has what may not be', async () => {
    const { session } = await fleet.log.task('7');
    if (session.status !== 'running') throw new Error('the session does not run');
    const again = encodeSessionEvent(
      { type: 'session.started', ...session.session, by: 'somebody', metadata: {} },
      { id: 'twice', time: new Date().toISOString(), source: '/test' },
    );
    await fleet.log.store.append(subjects.lifecycle('7'), again, session.runningSince);
    const sequence = (await fleet.log.events()).findLast(({ subject }) =>
      subject.endsWith('.lifecycle'),
    )?.sequence;
    const { code, output } = await verify('--nats', fleet.nats.url);
    expect(output).toContain(
      `VIOLATION I2 7: sequence ${sequence}: ${sessionId} is started while ${sessionId} is running`,
    );
    expect(code).toBe(1);
  });
});
