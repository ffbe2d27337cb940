import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import {
  type ForeignDevice,
  type ForeignPoint,
  foreignDevice,
  foreignDeviceIsInstalled,
} from '../support/foreign-device.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureAndStart } from '../support/over-rest.ts';
import type { RestClient } from '../support/rest-client.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { victoriaMetricsForTest, victoriaMetricsIsInstalled } from '../support/victoria-metrics-for-test.ts';

/** Long enough that no request or tick runs out of time while the device has no core. */
const timeout_ms = 10_000;
/** Thousands of points on a busy machine: only what hangs takes so long. */
const patience = { intervalMs: 250 };

/** Every service as a process; the device is configured and its task started over REST alone. */
async function acquire(
  device: ForeignDevice,
  store: Record<string, string>,
): Promise<{ rest: RestClient; sessionId: string }> {
  const { rest } = await servicesForTest({ natsUrl: (await natsForTest()).url, common: store });
  const site = await rest.create('/api/config/sites/', { code: 'hall-1', name: '一号厂房' });
  const { id: deviceId } = await rest.create('/api/config/devices/', {
    code: 'foreign',
    name: 'pymodbus',
    site_id: site.id,
    protocol: 'modbus_tcp',
    host: '127.0.0.1',
    port: device.port,
    unit_id: device.unit_id,
    timeout_ms,
  });
  const { id: typedId } = await rest.create('/api/config/devices/', {
    code: 'typed',
    site_id: site.id,
    host: '127.0.0.1',
    port: device.port,
    unit_id: device.every_type.unit_id,
    timeout_ms,
  });
  const points: object[] = [
    ...device.points.map(({ value: _, ...point }) => ({ ...point, device_id: deviceId })),
    ...device.every_type.points.map(({ readings: _, ...point }) => ({ ...point, device_id: typedId })),
  ];
  for (let start = 0; start < points.length; start += 500) {
    await rest.create('/api/config/points/', points.slice(start, start + 500));
  }
  const { sessionId } = await configureAndStart(rest, {
    ...{ code: 'everything', name: 'Everything', period_ms: 5_000, device_ids: [deviceId, typedId] },
  });
  for (const code of ['foreign', 'typed']) {
    const completeness = `/api/acquisition/sessions/${sessionId}/completeness/?device=${code}`;
    await eventually(async () => (await rest.get(completeness)).body.stored > 0, {
      what: `a tick of ${code} to be in the database`,
      ...patience,
    });
  }
  return { rest, sessionId };
}

/** A point of every table, type and byte order, as they come in the device's list. */
function someOfEach(points: readonly ForeignPoint[]): ForeignPoint[] {
  const perKind = new Map<string, ForeignPoint[]>();
  for (const point of points) {
    const kind = `${point.table} ${point.data_type} ${point.byte_order} ${point.scale}`;
    perKind.set(kind, [...(perKind.get(kind) ?? []), point].slice(-3));
  }
  return [...perKind.values()].flat();
}

describe.skipIf(!foreignDeviceIsInstalled())('a Modbus device that is not ours', () => {
  it('has its numbers in PostgreSQL and in the API as the device holds them', async () => {
    const device = await foreignDevice();
    const { rest, sessionId } = await acquire(device, { DATABASE_URL: await freshDatabase() });
    const historyOf = async (code: string) => {
      const query = new URLSearchParams({ point_code: code, session_id: sessionId, start_time: '-10m' });
      return (await rest.get(`/api/acquisition/sessions/point-history/?${query}`)).body;
    };
    const points = someOfEach(device.points);
    expect(points.length).toBeGreaterThan(60);
    for (const { code, value } of points) {
      const { results: rows } = await historyOf(code);
      expect(rows.length, code).toBeGreaterThan(0);
      for (const { value: reading } of rows) {
        if (typeof value === 'number') expect(reading, code).toBeCloseTo(value, 9);
        else expect(reading, code).toBe(value);
      }
    }
    for (const { readings } of device.every_type.points.slice(-40)) {
      const { values, integers, uncertain } = readings;
      for (const [code, value] of Object.entries({ ...values, ...integers })) {
        const { results: rows } = await historyOf(code);
        // 64-bit integers that are doubles too come as numbers.
        const isLong = code in integers && !Number.isSafeInteger(Number(value));
        const expected = code in integers && !isLong ? Number(value) : value;
        expect(rows.at(-1), code).toMatchObject({
          value: expected,
          quality: uncertain.includes(code) ? 'uncertain' : 'good',
        });
      }
    }
    const { body: status } = await rest.get(`/api/acquisition/sessions/${sessionId}/status/`);
    expect(status).toMatchObject({ status: 'running', collector_id: 'c1', error_count: 0 });
    expect(status.points_read).toBeGreaterThanOrEqual(device.points.length + device.every_type.points.length);
    expect(status.metadata.device_health.foreign).toMatchObject({
      status: 'healthy',
      consecutive_failures: 0,
    });
    const { results: configured } = (await rest.get('/api/config/devices/?code=foreign')).body;
    const { body: tested } = await rest.post(`/api/config/devices/${configured[0].id}/test/`);
    expect([tested.status, tested.collector_id]).toEqual(['ok', 'c1']);
    for (const { heard } of tested.requests) {
      const [sent, ...received] = heard as { direction: string; bytes: string }[];
      expect(sent).toMatchObject({ direction: 'sent', bytes: expect.stringMatching(/^.{4}00000006.{12}$/) });
      const answer = received.map(({ bytes }) => bytes).join('');
      expect(answer.slice(0, 4)).toBe(sent?.bytes.slice(0, 4));
    }
    const answers: string[] = tested.requests.map(({ heard }: { heard: { bytes: string }[] }) =>
      heard
        .slice(1)
        .map(({ bytes }) => bytes)
        .join(''),
    );
    const ofRegisters = tested.points.filter(({ raw }: { raw: string[] }) => raw[0]?.startsWith('0x'));
    expect(ofRegisters.length).toBeGreaterThan(60);
    for (const { code, raw } of ofRegisters as { code: string; raw: string[] }[]) {
      const words = raw.map((word) => word.slice(2).toLowerCase()).join('');
      expect(
        answers.some((answer) => answer.includes(words)),
        code,
      ).toBe(true);
    }
  });

  it.skipIf(!victoriaMetricsIsInstalled())(
    'has its numbers in a database that takes the InfluxDB 2 protocol',
    async () => {
      const device = await foreignDevice();
      const database = await victoriaMetricsForTest();
      await acquire(device, {
        DATABASE_URL: await freshDatabase(),
        SAMPLE_STORE: 'influx',
        INFLUX_URL: database.url,
        INFLUX_TOKEN: 'any',
      });
      const exported = async () => {
        await database.flush();
        const answer = await fetch(
          `${database.url}/api/v1/export?match[]=${encodeURIComponent('{device="foreign"}')}`,
        );
        const series = new Map<string, number[]>();
        for (const line of (await answer.text()).split('\n').filter(Boolean)) {
          const { metric, values } = JSON.parse(line) as { metric: Record<string, string>; values: number[] };
          expect(metric).toMatchObject({ device: 'foreign', site: 'hall-1' });
          series.set((metric.__name__ ?? '').replace(/^foreign_/, ''), values);
        }
        return series;
      };
      const series = await exported();
      expect([...series.keys()].sort()).toEqual(device.points.map(({ code }) => code).sort());
      for (const { code, value } of device.points) {
        for (const storedValue of series.get(code) ?? []) {
          // VictoriaMetrics keeps about twelve significant digits.
          expect(Math.abs(storedValue - Number(value)), code).toBeLessThanOrEqual(
            Math.abs(Number(value)) * 1e-11,
          );
        }
      }
    },
  );
});
