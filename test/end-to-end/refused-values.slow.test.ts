import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { influxForTest, influxIsInstalled } from '../support/influx-for-test.ts';
import { startInfluxTwoFront } from '../support/influx-two-front.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import {
  configureDevice,
  constantPoint,
  countPoint,
  sessionsPath,
  startSession,
} from '../support/over-rest.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import type { RestClient } from '../support/rest-client.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { readHistory } from '../verify/read-history.ts';
import { verify } from '../verify/verify.ts';

describe.skipIf(!influxIsInstalled())('sessions of which InfluxDB refuses values', () => {
  let rest: RestClient;
  let natsUrl: string;
  let databaseUrl: string;
  /** Sessions: InfluxDB refuses all of the first one, and one of two points of the second. */
  let whole: string;
  let part: string;

  beforeAll(async () => {
    const nats = await natsForTest();
    natsUrl = nats.url;
    const influx = await influxForTest();
    await influx.createDatabase('plant');
    const front = await startInfluxTwoFront(influx.url);
    cleanUpAfterFile(() => front.stop());
    const plant = await plantForTest(['press-1', 'press-2']);
    const store = { SAMPLE_STORE: 'influx', INFLUX_URL: front.url, INFLUX_BUCKET: 'plant' };
    const common = { ...store, SAMPLES_MAX_BYTES: String(64 * 1024 * 1024) };
    ({ rest, databaseUrl } = await servicesForTest({ natsUrl, common }));
    const tasks: number[] = [];
    for (const { device, host, port, unitId } of plant.plant.endpoints) {
      const place = { code: device, host, port, unit_id: unitId };
      const { id } = await configureDevice(rest, place, [countPoint, constantPoint]);
      const task = await rest.create('/api/config/tasks/', {
        code: device,
        period_ms: 500,
        device_ids: [id],
      });
      tasks.push(task.id);
    }
    // Another program writes booleans under the same codes: the API refuses such points once they are stored.
    const body = 'press-1,device=press-1 count=true,constant=true\npress-2,device=press-2 count=true';
    expect((await fetch(`${influx.url}/write?db=plant`, { method: 'POST', body })).status).toBe(204);
    whole = await startSession(rest, tasks[0] ?? 0);
    part = await startSession(rest, tasks[1] ?? 0);
  });

  const compared = async (id: string) =>
    (await rest.get('/api/acquisition/recovery/?limit=100')).body.results.find(
      ({ session_id }: { session_id: string }) => session_id === id,
    );

  it('are missing when nothing of them is stored, and do not fit when a part is not', async () => {
    const lost = await eventually(
      async () => {
        const comparison = await compared(whole);
        return comparison?.storing.state === 'not_stored' && comparison;
      },
      { what: 'the session of press-1 to count as not stored' },
    );
    expect(lost).toMatchObject({ is_actual: false, last_sample: { epoch: expect.any(Number) } });
    expect(lost.disagreements).toEqual([
      expect.stringMatching(/nothing of it is stored: press-1, 2 points \(.*field type conflict/),
    ]);
    const partly = await compared(part);
    expect(partly).toMatchObject({ is_actual: true, storing: { state: 'refused_in_part' } });
    expect(partly.disagreements).toEqual([
      expect.stringContaining('values of it go to quarantine: press-2, 1 point'),
    ]);

    const check = await cliForTest({ HOLDFAST_URL: rest.url }).run('check-recovery', '--verbose');
    expect(check.code).toBe(2);
    expect(check.stdout).toMatch(
      /^HOLDFAST CRITICAL: expected 2, actual 1, missing 1; missing: .* \(press-1\)/,
    );
    expect(check.stdout).toContain('field type conflict');
  });

  it('tell it in their status, and the sinks name them', async () => {
    const { body } = await rest.get(`${sessionsPath}/${part}/status/`);
    expect(body.storing).toMatchObject({
      state: 'refused_in_part',
      last_stored: expect.any(String),
      refused: [
        { device: 'press-2', point_codes: ['count'], reason: expect.stringContaining('field type conflict') },
      ],
    });
    const sinks = await rest.get('/api/system/sinks/');
    expect(sinks.body).toMatchObject({
      status: 'refusing',
      detail: expect.stringContaining(`session ${part}`),
    });
  });

  it('keep the point that is taken, tick by tick, and their account adds up', async () => {
    const history = `${sessionsPath}/point-history/?session_id=${part}&device=press-2&start_time=-5m`;
    expect((await rest.get(`${history}&point_code=constant`)).body.results.length).toBeGreaterThan(10);
    const verdict = await eventually(
      async () => {
        const verdict = verify(await readHistory({ natsUrl, databaseUrl, hasSamples: false }));
        return verdict.ticks.quarantined > 0 && verdict.ticks.stored > 0 && verdict;
      },
      { what: 'ticks to judge' },
    );
    expect(verdict.violations.filter(({ mayPass }) => !mayPass)).toEqual([]);
  });
});
