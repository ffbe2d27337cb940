import { specs } from '@holdfast/drivers/specs.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

interface Form {
  readonly protocol: string;
  readonly device: { readonly examples: readonly object[] };
  readonly point: { readonly examples: readonly object[] };
}

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi({ nats: (await natsForTest()).url, database: await freshDatabase() });
  await api.ready();
});

describe('the forms of protocols', () => {
  it('have examples that the API stores as they are', async () => {
    const { status, body } = await api.get('/api/config/protocols/');
    expect(status).toBe(200);
    const forms: readonly Form[] = body.results;
    expect(forms.map(({ protocol }) => protocol)).toEqual([...specs.keys()]);
    for (const { protocol, device, point } of forms) {
      for (const example of device.examples) {
        const made = await api.post('/api/config/devices/', example);
        expect([made.status, made.body]).toEqual([201, expect.objectContaining({ protocol })]);
        const points = point.examples.map((each) => ({ ...each, device_id: made.body.id }));
        expect(await api.post('/api/config/points/', points)).toMatchObject({ status: 201 });
      }
    }
  });
});

describe('a device that is tried before it is stored', () => {
  const device = { code: 'press-9', host: '127.0.0.1' };

  it('is refused as it would be when it is stored, field by field', async () => {
    const points = [{ code: 'a', address: '40001', data_type: 'string' }];
    const { status, body } = await api.post('/api/config/devices/try/', {
      device: { ...device, host: 'http://127.0.0.1' },
      points,
    });
    expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([
      422,
      ['device.host', 'points.0.length'],
    ]);
  });

  it('is refused with the point that it could never read', async () => {
    const { status, body } = await api.post('/api/config/devices/try/', {
      device: { ...device, max_registers: 1 },
      points: [{ code: 'a', address: '40001', data_type: 'float32' }],
    });
    expect([status, body.errors]).toMatchObject([422, [{ path: 'points.0' }]]);
  });

  it('needs a collector that is up', async () => {
    expect(await api.post('/api/config/devices/try/', { device })).toMatchObject({
      status: 503,
      body: { code: 'no_collector' },
    });
  });
});
