import { once } from 'node:events';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { ReadRequest } from '@holdfast/driver-modbus/layout/requests.ts';
import type { DeviceBus } from '@holdfast/driver-modbus/link/device-bus.ts';
import { openBus } from '@holdfast/driver-modbus/link/testing/open-bus.ts';
import { type Plant, startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { plantOfFile } from '@holdfast/driver-modbus-simulator/testing/plant-of-file.ts';
import modbusSerial from 'modbus-serial';
import { afterEach, expect, it } from 'vitest';

// modbus-serial knows nothing of our code: where both ends are ours, both may be wrong alike.

const host = '127.0.0.1';
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanUps.splice(0).reverse()) await end();
});

async function startMachine(): Promise<Plant> {
  const yaml = `
endpoints:
  - protocol: modbus_tcp
    units:
      - device: press
        tables:
          holding_register: { 0-99: 4660 }
          input_register: { 0-9: 77 }
          coil: { 0-19: true }
          discrete_input: { 0-19: false }
`;
  const { config } = plantOfFile(yaml);
  const plant = await startPlant({ config, host });
  cleanUps.push(() => plant.stop());
  return plant;
}

async function modbusSerialTo(port: number) {
  const client = new modbusSerial.default();
  await client.connectTCP(host, { port });
  cleanUps.push(() => new Promise<void>((done) => client.close(() => done())));
  client.setID(1);
  client.setTimeout(5_000);
  return client;
}

function ourClientTo(port: number): DeviceBus {
  const bus = openBus({ kind: 'tcp', framing: 'mbap', host, port }, { mayRequest: () => true });
  cleanUps.push(() => bus.disconnect());
  return bus;
}

const ask = (table: ReadRequest['table'], address: number, quantity: number): ReadRequest => ({
  unitId: 1,
  table,
  address,
  quantity,
  timeoutMs: 5_000,
});

it('reads the same from our simulator as our client does, in all four tables', async () => {
  const port = (await startMachine()).endpoints[0]?.port ?? 0;
  const theirs = await modbusSerialTo(port);
  const ours = ourClientTo(port);
  const same = async (
    table: ReadRequest['table'],
    reply: Promise<{ data: unknown }>,
    expected: unknown[],
  ) => {
    const { data } = await reply;
    // Bits come in whole bytes there.
    expect((data as unknown[]).slice(0, expected.length)).toEqual(expected);
    expect((await ours.read(ask(table, 3, expected.length))).values).toEqual(expected);
  };
  await same('holding_register', theirs.readHoldingRegisters(3, 4), [4660, 4660, 4660, 4660]);
  await same('input_register', theirs.readInputRegisters(3, 2), [77, 77]);
  await same('coil', theirs.readCoils(3, 5), [true, true, true, true, true]);
  await same('discrete_input', theirs.readDiscreteInputs(3, 3), [false, false, false]);
});

it('writes to our simulator, and our client reads it back; and the other way round', async () => {
  const port = (await startMachine()).endpoints[0]?.port ?? 0;
  const theirs = await modbusSerialTo(port);
  const ours = ourClientTo(port);
  await theirs.writeRegister(7, 0xabcd);
  await theirs.writeRegisters(8, [1, 0xffff]);
  await theirs.writeCoil(4, false);
  await theirs.writeCoils(5, [false, true, false]);
  expect((await ours.read(ask('holding_register', 7, 3))).values).toEqual([0xabcd, 1, 0xffff]);
  expect((await ours.read(ask('coil', 4, 4))).values).toEqual([false, false, true, false]);

  const write = { unitId: 1, timeoutMs: 5_000 } as const;
  await ours.write({ ...write, functionCode: 6, address: 20, values: [0x8001] });
  await ours.write({ ...write, functionCode: 16, address: 21, values: [2, 3] });
  await ours.write({ ...write, functionCode: 5, address: 10, values: [false] });
  await ours.write({ ...write, functionCode: 15, address: 11, values: [false, true] });
  expect((await theirs.readHoldingRegisters(20, 3)).data).toEqual([0x8001, 2, 3]);
  expect((await theirs.readCoils(10, 3)).data.slice(0, 3)).toEqual([false, false, true]);
});

it('gets an exception of our simulator with its code', async () => {
  const port = (await startMachine()).endpoints[0]?.port ?? 0;
  const theirs = await modbusSerialTo(port);
  await expect(theirs.readHoldingRegisters(500, 1)).rejects.toMatchObject({ modbusCode: 2 });
});

it('as the device, is read and written by our client', async () => {
  const registers = new Map([[5, 1234]]);
  const port = await freePort();
  const server = new modbusSerial.ServerTCP(
    {
      getHoldingRegister: (address: number) => registers.get(address) ?? 0,
      setRegister: (address: number, value: number) => void registers.set(address, value),
    },
    { host, port, unitID: 1 },
  );
  cleanUps.push(() => new Promise<void>((done) => server.close(() => done())));
  await once(server, 'initialized');
  const ours = ourClientTo(port);
  expect((await ours.read(ask('holding_register', 4, 3))).values).toEqual([0, 1234, 0]);
  await ours.write({ unitId: 1, timeoutMs: 5_000, functionCode: 6, address: 6, values: [0xbeef] });
  expect(registers.get(6)).toBe(0xbeef);
  expect((await ours.read(ask('holding_register', 6, 1))).values).toEqual([0xbeef]);
});
