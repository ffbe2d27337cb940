import type { Device } from '@holdfast/driver/device.ts';
import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import { PointList } from '@holdfast/driver/point-list.ts';
import { Readings } from '@holdfast/driver/values/readings.ts';
import { createDriver } from '@holdfast/driver-melsec/driver.ts';
import { connectionSchema } from '@holdfast/driver-melsec/layout/connection.ts';
import { openPlant, type Plant } from '@holdfast/plant/plant.ts';
import { parsePlantFile } from '@holdfast/plant/plant-file/read-plant-file.ts';
import { preparePlant } from '@holdfast/plant/prepare-plant.ts';
import type { SeenRequest } from '@holdfast/plant/simulator.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { faultDescriptions, faultSchema } from '../fault.ts';
import { simulator } from '../simulator.ts';
import { workshop } from '../workshop.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const press = `
endpoints:
  - protocol: melsec
    device: press
    frame: 4E
    series: iq_r
    points:
      - { code: force, address: D100, data_type: int16, scale: 0.1, value: -12.34 }
      - { code: strokes, address: D200, data_type: uint32, value: { counter: { start: 70000, every: 1h } } }
      - { code: alarm, address: D120.3, data_type: bool, value: true }
      - { code: ready, address: D120.4, data_type: bool, value: { square: { low: false, high: true, period: 1h } } }
      - { code: still, address: D120.5, data_type: bool, value: false }
      - { code: door, address: X1F, data_type: bool, value: true }
      - { code: name, address: D300, data_type: string, length: 4, value: PRESS-1 }
      - { code: zones, address: D310, data_type: uint16, count: 3, value: [1, 2, 3] }
`;
const read = (text: string) => parsePlantFile(text, { file: 'plant.yaml', simulators: [simulator] });

async function played(text = press) {
  const requests: SeenRequest[] = [];
  const plant = await openPlant(read(text).parts, '127.0.0.1', (request) => requests.push(request));
  cleanUps.push(() => plant.stop());
  return { plant, requests };
}

const meaning = { scale: 1, offset: 0 };
const pointsOfPress = [
  { ...meaning, code: 'force', data_type: 'int16', scale: 0.1, address: { address: 'D100' } },
  { ...meaning, code: 'strokes', data_type: 'uint32', address: { address: 'D200' } },
  ...['3', '4', '5'].map((bit) => ({
    ...{ ...meaning, code: `bit ${bit}`, data_type: 'bool' as const, address: { address: `D120.${bit}` } },
  })),
  { ...meaning, code: 'door', data_type: 'bool', address: { address: 'X1F' } },
  { ...meaning, code: 'name', data_type: 'string', address: { address: 'D300', length: 4 } },
  { ...meaning, code: 'zones', data_type: 'uint16', count: 3, address: { address: 'D310' } },
] as const;

/** The driver, as a collector uses it, at the address that the plant reports. */
function driverAt(plant: Plant, code: string, points: Device['points'] = pointsOfPress) {
  const address = plant.devices.find((each) => each.code === code)?.address;
  const connection = connectionSchema.parse(address);
  const driver = createDriver('melsec');
  const list = new PointList(points);
  const device = { id: '1', code, protocol: 'melsec', mode: 'polled', timeout_ms: 1_000 } as const;
  const plan = driver.plan({ ...device, connection, points }, list);
  const link = driver.link(connection, openLinkHost());
  cleanUps.push(() => link.disconnect());
  return {
    values: async () => {
      const readings = new Readings(list);
      const { groups } = plan.groups([...points.keys()], 0);
      for (const group of groups) (await link.read(group, 1_000)).decode(readings);
      return Object.fromEntries(readings.all.map((each) => [each.code, each.value]));
    },
    write: async (point: number, value: number) => {
      const command = plan.command?.(point, value);
      if (!command || 'field' in command) throw new Error(JSON.stringify(command));
      await link.write?.(command, 1_000);
    },
  };
}

const asFilled = {
  ...{ force: -12.3, strokes: 70_000, 'bit 3': true, 'bit 4': true, 'bit 5': false, door: true },
  ...{ name: 'PRESS-1', 'zones[0]': 1, 'zones[1]': 2, 'zones[2]': 3 },
};

describe('a PLC of a plant file', () => {
  it('has the values of its points, is written, and tells what it was asked', async () => {
    const { plant, requests } = await played();
    expect(plant.devices).toMatchObject([
      { code: 'press', endpoint: 'press', address: { protocol: 'melsec', frame: '4E', series: 'iq_r' } },
    ]);
    const client = driverAt(plant, 'press');
    expect(await client.values()).toEqual(asFilled);
    expect(requests.length).toBeGreaterThan(0);
    expect(new Set(requests.map(({ device, connectionId }) => `${device} ${connectionId}`))).toEqual(
      new Set(['press 1']),
    );
    await client.write(1, 5);
    expect(await client.values()).toEqual({ ...asFilled, strokes: 5 });
    expect(plant.openConnections('press')).toBe(1);
    await driverAt(plant, 'press').values();
    expect(requests.at(-1)?.connectionId).toBe(2);
  });

  it('has every fault in the form that is shown, and is sound again without it', async () => {
    const { plant } = await played();
    const client = driverAt(plant, 'press');
    for (const { example } of Object.values(faultDescriptions)) {
      const fault = faultSchema.parse(JSON.parse(example));
      expect(plant.faultProblem({ device: 'press' }, fault)).toBeUndefined();
      plant.setFault({ device: 'press' }, fault);
      expect(plant.shownFault({ endpoint: 'press' })).toEqual({ fault, isActive: true });
      plant.clearFault({ device: 'press' });
      expect(plant.shownFault({ device: 'press' })).toBeUndefined();
    }
    await expect.poll(() => client.values().catch(String)).toEqual(asFilled);
    plant.setFault({ device: 'press' }, { kind: 'end_code', code: '4031' } as never);
    await expect(client.values()).rejects.toThrow(/4031/);
    plant.clearFault({ device: 'press' });
    expect(await client.values()).toEqual(asFilled);
  });

  it('serves as many connections as it has', async () => {
    const { plant } = await played(press.replace('series: iq_r', 'series: iq_r\n    max_connections: 1'));
    expect(await driverAt(plant, 'press').values()).toEqual(asFilled);
    await expect(driverAt(plant, 'press').values()).rejects.toThrow();
    expect(plant.openConnections('press')).toBe(1);
  });

  it.each([
    [
      'an address of another series',
      press.replace('iq_r', 'fx5').replace('X1F', 'X18'),
      'plant.yaml:13: endpoints[0].points[5].address: "X18": numbers of X are octal',
    ],
    [
      'an address that it does not have',
      press.replace('series: iq_r', 'series: iq_r\n    sizes: { D: 200 }'),
      'plant.yaml:10: endpoints[0].points[1].address: D of this PLC ends before it',
    ],
    [
      'two values at one place',
      press.replace('D120.4', 'D120.3'),
      'plant.yaml:11: endpoints[0].points[3].address: lies where something else lies already',
    ],
    [
      'a value that does not fit',
      press.replace('-12.34', '9999'),
      'plant.yaml:8: endpoints[0].points[0].value: 9999, raw 99990, does not fit int16',
    ],
    [
      'a list that is too short',
      press.replace('[1, 2, 3]', '[1, 2]'),
      'plant.yaml:15: endpoints[0].points[7].value: this point is an array of 3 values, not of 2',
    ],
    [
      'a fault that its frames cannot have',
      press.replace('4E', '3E\n    faults: [{ kind: wrong_serial }]'),
      'plant.yaml:6: endpoints[0].faults[0]: wrong_serial needs frames 4E: 3E have no serial number',
    ],
    [
      'an end code that is a number',
      press.replace('4E', '4E\n    faults: [{ kind: end_code, code: 4031 }]'),
      "plant.yaml:6: endpoints[0].faults[0].code: must be an end code in hexadecimal digits, as a text: 'C059'",
    ],
    [
      'one device twice',
      `${press}  - { protocol: melsec, device: press }\n`,
      'plant.yaml:16: endpoints[1].device: there are two: device press',
    ],
  ])('with %s is refused with its line', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

it('the press of the workshop has all that its configuration names, and moves', async () => {
  const [machine] = workshop;
  if (!machine) throw new Error('the workshop has no press');
  const place = { startedAtMs: Date.now(), readColumn: () => [] };
  const plant = await openPlant(preparePlant([machine.endpoint(0)], [simulator], place), '127.0.0.1');
  cleanUps.push(() => plant.stop());
  expect(plant.devices[0]).toMatchObject({ code: machine.code, address: machine.device });
  const points = machine.points.map(
    ({ address, length, ...point }) => ({ ...meaning, ...point, address: { address, length } }) as never,
  );
  const client = driverAt(plant, machine.code, points);
  const first = await client.values();
  expect(first).toMatchObject({
    batch_size: 1_200,
    recipe: 'BRACKET A4',
    running: true,
    lubrication_low: false,
  });
  expect(Object.keys(first).toSorted()).toEqual(machine.points.map(({ code }) => code).toSorted());
  await expect.poll(async () => (await client.values()).force).not.toBe(first.force);
});
