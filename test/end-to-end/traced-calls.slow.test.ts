import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { tableMemory } from '@holdfast/driver-modbus-simulator/memory/table-memory.ts';
import { startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { connectionForTest } from '../support/connection-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import type { RestClient } from '../support/rest-client.ts';
import { servicesForTest } from '../support/system-for-test.ts';

let rest: RestClient;
let api: RunningProcess;
let collector: RunningProcess;
let device: number;
let point: number;
let locked: number;
let task: number;
/** Calls to the collector as they pass the broker: header and body. */
const passedCalls: { header: string; body: string }[] = [];

beforeAll(async () => {
  const nats = await natsForTest();
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      devices: [
        {
          code: 'press',
          unitId: 1,
          tables: tableMemory({
            fixed: [
              { table: 'holding_register', address: 0, values: [7], isWritable: true },
              { table: 'holding_register', address: 1, values: [7], isWritable: false },
            ],
            ...{ moving: [], holesAreZero: false, isReadOnly: false },
          }),
        },
      ],
    },
  });
  cleanUpAfterFile(() => plant.stop());
  const services = await servicesForTest({ natsUrl: nats.url, settings: { writer: false } });
  [api, collector] = [services.process('api'), services.process('collector')];
  ({ rest } = services);
  const create = async (kind: string, body: object): Promise<number> =>
    (await rest.create(`/api/config/${kind}/`, body)).id;
  device = await create('devices', { code: 'press', host: '127.0.0.1', port: plant.endpoints[0]?.port });
  point = await create('points', {
    ...{ device_id: device, code: 'setpoint', table: 'holding_register', address: 0, data_type: 'uint16' },
    writable: true,
  });
  locked = await create('points', {
    ...{ device_id: device, code: 'locked', table: 'holding_register', address: 1, data_type: 'uint16' },
    ...{ writable: true, enabled: false },
  });
  task = await create('tasks', { code: 'press', period_ms: 500, device_ids: [device] });
  await eventually(async () => (await rest.post(`/api/config/devices/${device}/test/`)).status === 200, {
    what: 'the collector to take calls',
  });
  const nc = await connectionForTest(nats.url);
  nc.subscribe('collectors.c1.call', {
    callback: (_error, message) =>
      void passedCalls.push({ header: message.headers?.get('traceparent') ?? '', body: message.string() }),
  });
  await nc.flush();
});

/** Sends a call in a trace of its own and returns what the collector has logged under it. */
async function linesOf(traceId: string, path: string, body: object = {}, code?: string) {
  const response = await fetch(`${rest.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    body: JSON.stringify(body),
  });
  expect(((await response.json()) as { code?: string }).code).toBe(code);
  const passed = await eventually(
    () => {
      const matches = passedCalls.filter(({ header }) => header.includes(traceId));
      return matches.length > 0 && matches;
    },
    { what: 'the call to have passed the broker' },
  );
  for (const { body: text } of passed) expect(text).toContain(traceId);
  return eventually(
    async () => {
      const lines = collector.lastLines(200).filter((line) => line.includes(traceId));
      return lines.length > 0 ? lines.map((line) => JSON.parse(line)) : undefined;
    },
    { what: 'the collector to have reported it' },
  );
}

describe('a request that asks a device leads by its trace to the line of the collector', () => {
  it('when the device is tested', async () => {
    const lines = await linesOf('1'.repeat(32), `/api/config/devices/${device}/test/`);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'info', collector: 'c1', device: 'press', points: 2, bad: 0 }),
    ]);
  });

  it('when a point is written, and the audit log has the trace at both entries', async () => {
    const trace = '2'.repeat(32);
    const lines = await linesOf(trace, `/api/acquisition/points/${point}/write/`, { value: 4711 });
    expect(lines).toEqual([
      expect.objectContaining({ device: 'press', point: 'setpoint', outcome: 'written' }),
    ]);
    // A person who only reads logs must not see process values.
    expect(JSON.stringify(lines)).not.toContain('4711');
    const outcomes = async () => {
      const { results } = (await rest.get('/api/system/audit/?action=point.write')).body;
      const traced = results.filter(({ traceparent = '' }) => traceparent.includes(trace));
      return traced.map(({ outcome }: { outcome: string }) => outcome);
    };
    await expect.poll(outcomes).toEqual(['done', 'requested']);
  });

  it('when a value does not fit: the audit log has it, the line has not', async () => {
    const lines = await linesOf(
      '6'.repeat(32),
      `/api/acquisition/points/${point}/write/`,
      { value: 74711 },
      'write_refused',
    );
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        point: 'setpoint',
        detail: 'the value does not fit the point',
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('74711');
    const refused = async () =>
      (await rest.get('/api/system/audit/?action=point.write&outcome=refused')).body.results;
    await expect
      .poll(refused)
      .toMatchObject([{ data: { value: 74711 }, detail: expect.stringContaining('74711') }]);
  });

  it('when the device refuses a value, which neither service tells', async () => {
    const lines = await linesOf(
      '7'.repeat(32),
      `/api/acquisition/points/${locked}/write/`,
      { value: 0x1a2b },
      'write_failed',
    );
    expect(lines).toEqual([expect.objectContaining({ point: 'locked', outcome: 'failed' })]);
    const apiLines = await eventually(
      async () => {
        const lines = api.lastLines(200).filter((line) => line.includes('write_failed'));
        return lines.length > 0 ? lines : undefined;
      },
      { what: 'the API to have reported it' },
    );
    for (const line of [...lines.map((each) => JSON.stringify(each)), ...apiLines]) {
      expect(line).not.toMatch(/1a2b|6699/i);
    }
  });

  it('when its task is validated before a start', async () => {
    const trace = '3'.repeat(32);
    const lines = await linesOf(trace, '/api/acquisition/sessions/start-task/', {
      ...{ task_id: task, validate: 'strict' },
    });
    expect(lines[0]).toMatchObject({ device: 'press', points: 1, msg: 'a device was read for a call' });
  });

  it('when the collector is drained, and activated again', async () => {
    const drained = await linesOf('4'.repeat(32), '/api/system/collectors/c1/drain/', { force: true });
    expect(drained[0]).toMatchObject({ level: 'warn', msg: expect.stringContaining('let go of its work') });
    const again = await linesOf('5'.repeat(32), '/api/system/collectors/c1/undrain/');
    expect(again[0]).toMatchObject({ msg: 'asked to work again' });
  });
});
