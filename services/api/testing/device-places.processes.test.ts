import { beforeAll, describe, expect, it } from 'vitest';
import { natsForTest } from '../../../test/support/nats-for-test.ts';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, startApi } from './api-under-test.ts';

let one: ApiClient;
let other: ApiClient;

beforeAll(async () => {
  const nats = await natsForTest();
  const database = await apiDatabase();
  one = await startApiInProcess({ nats: nats.url, database });
  other = await startApi({ nats: nats.url, database });
  await Promise.all([one.ready(), other.ready()]);
});

const post = (body: object, api = one) => api.post('/api/config/devices/', body);
const patch = (id: number, body: object) => one.request('PATCH', `/api/config/devices/${id}/`, body);
async function create(body: object): Promise<number> {
  const answer = await post(body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
}
const serial = { path: '/dev/ttyUSB0' };

describe('a device at the endpoint and unit of another one', () => {
  it('is refused when it is made, and the answer names the first, however the host is spelled', async () => {
    const id = await create({ code: 'press', host: 'Plc-1.plant', unit_id: 3 });
    for (const host of ['Plc-1.plant', 'plc-1.PLANT']) {
      const answer = await post({ code: 'again', host, unit_id: 3, protocol: 'modbus_rtu_over_tcp' });
      expect(answer).toMatchObject({ status: 409, body: { code: 'place_taken', device_id: id } });
      expect(answer.body.detail).toContain('plc-1.plant:502 unit 3 is device press (id ');
    }
    await create({ code: 'beside', host: 'plc-1.plant', unit_id: 4 });
    await create({ code: 'other-port', host: 'plc-1.plant', unit_id: 3, port: 1502 });
  });

  it.each([
    ['10.20.0.5', '::ffff:10.20.0.5'],
    ['10.20.1.5', '169083141'],
    ['10.20.2.5', '10.1311237'],
    ['localhost', 'localhost.'],
    ['fd00::20', 'FD00:0:0::20'],
  ])('is refused at %s under another spelling, %s', async (host, spelling) => {
    const id = await create({ code: `at ${host}`, host });
    const answer = await post({ code: `again ${host}`, host: spelling });
    expect(answer).toMatchObject({ status: 409, body: { code: 'place_taken', device_id: id } });
  });

  it('is refused when it is moved there, and may be changed in all else', async () => {
    await create({ code: 'stays', host: 'mixer' });
    const id = await create({ code: 'moves', host: 'mixer', unit_id: 2 });
    const refused = { status: 409, body: { code: 'place_taken' } };
    expect(await patch(id, { unit_id: 1 })).toMatchObject(refused);
    expect(await patch(id, { timeout_ms: 500, host: 'MIXER' })).toMatchObject({ status: 200 });
    expect(await patch(id, { host: 'mixer-2', unit_id: 1 })).toMatchObject({ status: 200 });
    expect(await patch(id, { host: 'Mixer' })).toMatchObject(refused);
    await create({ code: 'follows', host: 'mixer', unit_id: 2 });
  });

  it('with its code too is refused because the code is taken', async () => {
    await create({ code: 'twice', host: 'twice' });
    const answer = await post({ code: 'twice', host: 'twice' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'duplicate_code' } });
  });

  it('may take the place of one that is not enabled, which is not enabled again then', async () => {
    const old = await create({ code: 'old', host: 'meter' });
    expect(await patch(old, { enabled: false })).toMatchObject({ status: 200 });
    const fresh = await create({ code: 'new', host: 'meter' });
    expect(await patch(old, { enabled: true })).toMatchObject({
      status: 409,
      body: { code: 'place_taken', device_id: fresh },
    });
    await create({ code: 'spare', host: 'meter', enabled: false });
  });

  it('is another one where the line is one of another site', async () => {
    const north = (await one.post('/api/config/sites/', { code: 'north' })).body.id;
    const south = (await one.post('/api/config/sites/', { code: 'south' })).body.id;
    const line = { protocol: 'modbus_rtu', unit_id: 5, serial };
    await create({ ...line, code: 'in-north', site_id: north });
    const id = await create({ ...line, code: 'in-south', site_id: south });
    const answer = await patch(id, { site_id: north });
    expect(answer).toMatchObject({ status: 409, body: { code: 'place_taken' } });
    expect(answer.body.detail).toContain('/dev/serial/by-id/');
  });

  it('is made once by those who make it at the same time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        [one, other, one, other].map((api, index) =>
          post({ code: `race-${round}-${index}`, host: `race-${round}` }, api),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    }
  });
});
