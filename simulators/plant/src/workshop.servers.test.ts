import { askOnce } from '@holdfast/driver-modbus-simulator/testing/ask-once.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { openPlant, type Plant } from './plant.ts';
import { demoConfiguration, demoDeviceCodes, demoPlant } from './workshop.ts';

let plant: Plant | undefined;
afterEach(() => plant?.stop());

describe('the demo plant', () => {
  it('and its configuration speak of the same devices and places', async () => {
    plant = await openPlant(demoPlant(), '127.0.0.1');
    const { devices } = plant;
    const inOrder = demoDeviceCodes.map((code) => devices.find((each) => each.code === code));
    expect(devices.map(({ code }) => code).toSorted()).toEqual(demoDeviceCodes.toSorted());
    const ports = inOrder.map((device) => Number(device?.address.port));
    const configuration = demoConfiguration({ host: '127.0.0.1', ports });
    configuration.devices.forEach((device, index) => {
      expect(device).toMatchObject({ code: demoDeviceCodes[index], ...inOrder[index]?.address });
    });
    expect(configuration.tasks[0]?.device_codes).toEqual(demoDeviceCodes);
    expect(JSON.parse(JSON.stringify(configuration))).toEqual(configuration);
  });

  it('has one setpoint that can be written and stays so, while everything else moves on', async () => {
    plant = await openPlant(demoPlant(), '127.0.0.1');
    const address = plant.devices.find(({ code }) => code === 'chiller-1')?.address;
    const ask = (...pdu: number[]) => askOnce(Number(address?.port), Number(address?.unit_id), pdu);
    expect(await ask(3, 0, 0, 0, 1)).toBe('0102000000050303020050');
    expect(await ask(6, 0, 0, 0, 75)).toBe('01020000000603060000004b');
    expect(await ask(3, 0, 0, 0, 1)).toBe('010200000005030302004b');
    // The status word next to it, and a coil.
    expect(await ask(6, 0, 1, 0, 9)).toBe('010200000003038602');
    expect(await ask(5, 0, 0, 0, 0)).toBe('010200000003038502');
    expect(await ask(4, 0, 0, 0, 4)).toMatch(/^01020000000b030408/);
  });

  it('is shown without a missing port', () => {
    expect(() => demoConfiguration({ host: '127.0.0.1', ports: [5020] })).toThrow(RangeError);
  });
});
