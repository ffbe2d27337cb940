import {
  firstSequenceHeader,
  firstSubjectHeader,
  type Sample,
  sampleMessageId,
  trustEpochHeader,
} from '@holdfast/shared/contracts/sample/sample.ts';
import { messageIdHeader, plainHeaders } from '@holdfast/shared/jetstream/connection/plain-headers.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { countPoint, sessionsPath } from '../support/over-rest.ts';
import type { RestClient } from '../support/rest-client.ts';
import { type SystemForTest, systemForTest } from '../support/system-for-test.ts';

const periodMs = 250;
const hugeEpoch = 1_000_000_000_000;

describe('a session in whose name somebody else publishes samples', () => {
  let fleet: SystemForTest;
  let rest: RestClient;
  let database: pg.Client;
  let session: string;
  let taskId: string;

  beforeAll(async () => {
    fleet = await systemForTest(['press-1']);
    ({ rest } = fleet);
    const device = await fleet.device('press-1', [countPoint], { timeout_ms: 5_000 });
    const task = await fleet.task({ code: 'press', period_ms: periodMs, device_ids: [device.id] });
    taskId = String(task.taskId);
    session = task.sessionId;
    database = new pg.Client({ connectionString: fleet.databaseUrl });
    await database.connect();
    cleanUpAfterFile(() => database.end());
  });

  const lastStoredMs = async () =>
    Date.parse((await rest.get(`${sessionsPath}/${session}/status/`)).body.storing?.last_stored ?? '');
  const isStoredAfter = (ms: number) =>
    eventually(async () => (await lastStoredMs()) > ms, { what: 'ticks to be stored that came later' });
  const isWell = () =>
    eventually(
      async () => {
        const { code, stdout } = await cliForTest({ HOLDFAST_URL: rest.url }).run('check-recovery');
        return code === 0 && stdout.startsWith('HOLDFAST OK: expected 1, actual 1');
      },
      { what: 'check-recovery to say OK' },
    );
  const rejectedOf = async (source: string): Promise<number> => {
    const { body } = await rest.get('/api/system/sinks/');
    return body.writers
      .flatMap(
        ({ rejected }: { rejected: { session: string; source: string; samples: number }[] }) => rejected,
      )
      .filter(
        (each: { session: string; source: string }) => each.session === session && each.source === source,
      )
      .reduce((sum: number, { samples }: { samples: number }) => sum + samples, 0);
  };
  const newest = async (): Promise<Sample> => {
    const { epoch } = await fleet.placed(taskId);
    return (await fleet.sampled(session, epoch)).at(-1) as Sample;
  };

  it('goes on being read and stored, and the forger is named', async () => {
    const sample = await newest();
    await isWell();
    const subject = `samples.evil.${sample.task}.${sample.device_id}`;
    const later = sample.tick + 1_000_000;
    const publish = (body: string, about: Record<string, string> = {}) =>
      fleet.log.nc.request(subject, body, { timeout: 60_000, headers: plainHeaders(about) });
    const forge = (changes: Partial<Sample>, about: Record<string, string> = {}) =>
      publish(JSON.stringify({ ...sample, tick: later, time: later * periodMs, ...changes }), about);
    const trick = {
      [firstSequenceHeader]: '1',
      [firstSubjectHeader]: `samples.c1.${sample.task}.${sample.device_id}`,
      [trustEpochHeader]: String(hugeEpoch),
    };
    const before = await rejectedOf('evil');
    await forge({ epoch: hugeEpoch });
    await forge({ epoch: sample.epoch + 1 });
    await forge({ epoch: sample.epoch });
    await forge({ epoch: sample.epoch, collector: 'evil' });
    await forge({ epoch: 1 });
    await forge({ epoch: hugeEpoch }, trick);
    // Uses up the message ids of the ticks to come.
    for (let ahead = 1; ahead <= 40; ahead += 1) {
      const coming = { ...sample, tick: sample.tick + ahead };
      await publish('nothing', { [messageIdHeader]: sampleMessageId(coming) });
    }
    await eventually(async () => (await rejectedOf('evil')) - before >= 6, {
      what: 'the forgeries to be counted for the session',
    });
    await isStoredAfter(sample.time + 41 * periodMs);
    await isWell();
    const { rows } = await database.query(
      `select count(*)::int as count from samples.sample_value where time > now() + interval '1 minute'`,
    );
    expect(rows).toEqual([{ count: 0 }]);
    // Every tick was read and is there: the stream took none of the messages for another one's.
    const { body } = await rest.get(
      `${sessionsPath}/${session}/completeness/?from=${new Date(sample.time).toISOString()}&to=${new Date(sample.time + 40 * periodMs).toISOString()}`,
    );
    expect(body).toMatchObject({ quarantined: 0, stored: expect.any(Number) });
    expect(body.stored).toBeGreaterThan(0);
    expect(Object.keys(body.missing_by_cause).filter((cause) => cause === 'not_arrived')).toEqual([]);
  });

  it('is taken up where it was after a kill -9, and not where a forger says that it has been read', async () => {
    const { epoch } = await fleet.placed(taskId);
    await fleet.collector('c2');
    await fleet.process('collector').kill();
    await fleet.placed(taskId, { above: epoch, on: 'c2' });
    await isStoredAfter(Date.now());
    await isWell();
  });

  it('is not silenced by a forged epoch that has come into the database before', async () => {
    await database.query('insert into samples.epoch_start values ($1, $2, 1)', [session, hugeEpoch]);
    await database.query(`insert into samples.first_tick values ($1, 'press-1', $2, 0, 1)`, [
      session,
      hugeEpoch,
    ]);
    await isStoredAfter(Date.now());
    await isWell();
  });
});
