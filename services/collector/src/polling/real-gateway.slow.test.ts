import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { type Plant, type ReceivedRequest, startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { pollReally } from './testing/real-runner.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUps.splice(0).reverse()) await end();
});

const has = (address: number) => (address < 100 && address !== 37 ? address + 1_000 : undefined);
/** A gateway to units with registers 0 to 99 except 37; unit 2 is silent. */
async function gateway(): Promise<{ plant: Plant; requests: ReceivedRequest[]; host: string; port: number }> {
  const requests: ReceivedRequest[] = [];
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      endpoints: [
        {
          name: 'gateway',
          protocol: 'modbus_tcp',
          units: [1, 2, 3].map((unitId) => ({
            code: `unit-${unitId}`,
            unitId,
            tables: { holding_register: has },
          })),
        },
      ],
    },
    onRequest: (request) => requests.push(request),
  });
  cleanUps.push(() => plant.stop());
  const [endpoint] = plant.endpoints;
  if (endpoint?.port === undefined) throw new Error('the plant has no endpoint');
  return { plant, requests, host: '127.0.0.1', port: endpoint.port };
}

function poll(devices: DeviceConfig[]) {
  const { samples, runner } = pollReally(devices, 100, { spread: 0.5 });
  cleanUps.push(() => runner.stop());
  return { samples, of: (code: string) => samples.filter(({ device }) => device === code), runner };
}

describe('units behind a real gateway', () => {
  it('are read while one of them is silent, which is asked now and then, and read when it is back', async () => {
    const { plant, requests, host, port } = await gateway();
    plant.setFault('unit-2', { kind: 'silence' });
    const { of } = poll(
      [1, 2, 3].map((unit_id) =>
        deviceOf({ id: `${unit_id}`, code: `unit-${unit_id}`, unit_id, host, port, timeout_ms: 100 }),
      ),
    );
    await expect
      .poll(
        () =>
          of('unit-2').filter(({ miss }) => miss && inLanguage(miss.detail, 'en').startsWith('not asked'))
            .length,
      )
      .toBeGreaterThan(20);
    const before = of('unit-1').filter(({ values }) => values).length;
    const requestCount = requests.filter(({ device }) => device === 'unit-2').length;
    expect(requestCount).toBeLessThan(of('unit-2').length / 2);
    expect(before).toBeGreaterThan(requestCount);
    plant.clearFault('unit-2');
    await expect.poll(() => of('unit-2').at(-1)?.values).toEqual({ speed: 1_010, force: 1_011 });
    const ticks = of('unit-2').map(({ tick }) => tick);
    expect(ticks).toEqual(ticks.map((_, index) => (ticks[0] ?? 0) + index));
  });

  it('lose the one register that they do not have, and say which', async () => {
    const { requests, host, port } = await gateway();
    const points = Array.from({ length: 100 }, (_, address) => pointOf(`r${address}`, address));
    const { of, runner } = poll([deviceOf({ code: 'meter', host, port, points, timeout_ms: 30_000 })]);
    await expect.poll(() => of('meter').filter(({ values }) => values).length).toBeGreaterThan(5);
    for (const { values } of of('meter').filter(({ values }) => values)) {
      expect(Object.keys(values ?? {})).toHaveLength(99);
      expect(values).toMatchObject({ r0: 1_000, r36: 1_036, r38: 1_038, r99: 1_099 });
    }
    expect(
      requests
        .slice(-2)
        .map(({ address, quantity }) => `${address}+${quantity}`)
        .sort(),
    ).toEqual(['0+37', '38+62']);
    const { meter } = runner.status().device_health;
    expect(inLanguage(meter?.last_error ?? '', 'en')).toContain('r37: exception 2: illegal data address');
    expect(meter).toMatchObject({ status: 'error', last_exception: { code: 2 } });
    expect(meter?.learned?.map((limit) => inLanguage(limit, 'en'))).toEqual([
      'r37 (holding_register 37): exception 2: illegal data address',
    ]);
  });
});
