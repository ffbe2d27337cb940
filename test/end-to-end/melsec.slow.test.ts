import { startPlc } from '@holdfast/driver-melsec-simulator/plc.ts';
import { expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureAndStart } from '../support/over-rest.ts';
import { longLease } from '../support/service-processes.ts';
import { servicesForTest } from '../support/system-for-test.ts';

const points = [
  { code: 'oil_temp', address: 'D100', data_type: 'int16', scale: 0.1 },
  { code: 'shots', address: 'D200', data_type: 'uint32' },
  { code: 'running', address: 'm10', data_type: 'bool' },
  { code: 'door', address: 'X17', data_type: 'bool' },
  { code: 'alarm', address: 'D120.3', data_type: 'bool' },
  { code: 'recipe', address: 'R50', data_type: 'string', length: 4 },
  { code: 'missing', address: 'D12288', data_type: 'uint16' },
  { code: 'setpoint', address: 'D300', data_type: 'float32', writable: true, valid_max: 300 },
];

it('a PLC is configured, read, lost, found again and written over the API alone', async () => {
  const plc = await startPlc({ host: '127.0.0.1', frame: '3E', dataCode: 'ascii' });
  cleanUpAfterFile(() => plc.close());
  plc.memory.set('D', 100, [0xff38]);
  plc.memory.set('D', 200, [0x5678, 0x1234]);
  plc.memory.set('D', 120, [0b1000]);
  plc.memory.set('M', 10, [1]);
  plc.memory.set('X', 0o17, [1]);
  plc.memory.set('R', 50, [0x3252, 0x3442]);

  const { rest } = await servicesForTest({ natsUrl: (await natsForTest()).url, lease: longLease });
  const fields = { protocol: 'melsec', host: '127.0.0.1', port: plc.port };
  const refused = await rest.post('/api/config/devices/', { code: 'plc', ...fields, series: 's7' });
  expect(refused.status).toBe(422);
  const device = await rest.create('/api/config/devices/', {
    ...{ code: 'plc', ...fields, data_code: 'ascii', series: 'fx5', timeout_ms: 1_500 },
  });
  expect(device).toMatchObject({ frame: '3E', pc_no: 255 });
  const ids = new Map<string, number>();
  for (const point of points) {
    const { id } = await rest.create('/api/config/points/', { device_id: device.id, ...point });
    ids.set(point.code, id);
  }
  const odd = { device_id: device.id, code: 'odd', address: 'X8', data_type: 'bool' };
  expect(await rest.post('/api/config/points/', odd)).toMatchObject({
    status: 422,
    body: { errors: [{ message: expect.stringContaining('octal') }] },
  });
  const { sessionId } = await configureAndStart(rest, {
    ...{ code: 'plc', period_ms: 200, device_ids: [device.id] },
  });
  const latest = async (code: string) => {
    const query = new URLSearchParams({
      ...{ point_code: code, session_id: sessionId, start_time: '-10m' },
    });
    const { results } = (await rest.get(`/api/acquisition/sessions/point-history/?${query}`)).body;
    return (results as { value: unknown }[] | undefined)?.at(-1)?.value;
  };
  const untilStored = (code: string, value: unknown) =>
    eventually(async () => (await latest(code)) === value, { what: `${code} to be ${String(value)}` });
  await untilStored('oil_temp', -20);
  await untilStored('shots', 0x1234_5678);
  for (const code of ['running', 'door', 'alarm']) await untilStored(code, true);
  await untilStored('recipe', 'R2B4');
  expect(await latest('missing')).toBeUndefined();

  const tested = (await rest.post(`/api/config/devices/${device.id}/test/`)).body;
  expect(tested).toMatchObject({ status: 'partly' });
  const frames = tested.requests.find(({ address }: { address: string }) => address === 'X17').heard;
  expect(frames.map(({ parts }: { parts: unknown }) => parts)).toMatchObject([
    expect.arrayContaining([
      { part: 'device', length: 2, text: 'X*' },
      { part: 'number', length: 6, text: '00000F' },
    ]),
    expect.arrayContaining([
      { part: 'end_code', length: 4, text: '0000' },
      { part: 'data', length: 1, text: '1' },
    ]),
  ]);

  await plc.setFault({ kind: 'refuse_connections' });
  await eventually(async () => plc.openConnections === 0, { what: 'the PLC to be cut off' });
  plc.memory.set('D', 100, [77]);
  await plc.setFault(undefined);
  await untilStored('oil_temp', 7.7);

  const answer = await rest.post(`/api/acquisition/points/${ids.get('setpoint')}/write/`, {
    ...{ value: 21.5, reason: 'trial' },
  });
  expect(answer).toMatchObject({
    status: 200,
    body: { outcome: 'written', sent: ['0x0000', '0x41AC'], read_back: { quality: 'good', value: 21.5 } },
  });
  expect([...(plc.memory.read('D', 300, 2, 0) ?? [])]).toEqual([0, 0x41ac]);

  const openapi = JSON.stringify((await rest.get('/openapi.json')).body);
  expect(openapi).toContain('"melsec"');
  const protocols = (await rest.get('/api/config/protocols/')).body;
  expect(JSON.stringify(protocols)).toContain('MELSEC（MC 协议、SLMP）');
});
