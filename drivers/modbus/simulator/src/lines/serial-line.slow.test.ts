import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installedPeer } from '@holdfast/test/support/installed-peer.ts';
import { serialLineForTest } from '@holdfast/test/support/serial-line-for-test.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { SerialPort } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { rtuFrame } from '../framing/rtu-framing.ts';
import { type Plant, startPlant } from '../plant.ts';
import { type RawClient, rawClient } from '../testing/raw-client.ts';
import type { SerialPlace } from './serial-settings.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const hasSocat = installedPeer('socat') !== null;
const settings = { baudRate: 19_200, parity: 'even', stopBits: 1 } as const;

async function plantOnLine(place: SerialPlace, isPaced = false): Promise<Plant> {
  const holding = (value: number) => ({ holding_register: new Map([[0, value]]) });
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      endpoints: [
        {
          name: 'line',
          protocol: 'modbus_rtu',
          serial: { ...place, ...settings },
          isPaced,
          units: [
            { code: 'scale', unitId: 1, tables: holding(0x1111) },
            { code: 'thermometer', unitId: 2, tables: holding(0x2222) },
          ],
        },
      ],
    },
  });
  cleanUps.push(() => plant.stop());
  return plant;
}

async function clientOn(path: string): Promise<RawClient> {
  const port = new SerialPort({ path, ...settings, dataBits: 8, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  const close = (): Promise<void> =>
    new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
  cleanUps.push(close);
  return rawClient(port);
}

const read = (unitId: number): string => rtuFrame(unitId, Buffer.from('0300000001', 'hex')).toString('hex');
const reply = (unitId: number, value: string): string =>
  rtuFrame(unitId, Buffer.from(`0302${value}`, 'hex')).toString('hex');

// Debian: apt-get install socat.
describe.skipIf(!hasSocat)('a serial line', () => {
  it('that the plant makes is answered by each of its units, for one client after the other', async () => {
    const pty = join(await temporaryFolder('pty'), 'line');
    const plant = await plantOnLine({ pty });
    expect(plant.endpoints).toMatchObject([
      { device: 'scale', endpoint: 'line', protocol: 'modbus_rtu', path: pty, host: '', port: 0, unitId: 1 },
      { device: 'thermometer', path: pty, unitId: 2 },
    ]);
    for (const unitId of [1, 2]) {
      const client = await clientOn(pty);
      client.send(read(unitId));
      expect(await client.read(7)).toBe(reply(unitId, unitId === 1 ? '1111' : '2222'));
      await cleanUps.pop()?.();
    }
    await plant.stop();
    expect(existsSync(pty)).toBe(false);
  });

  it('that is there already is opened with its settings', async () => {
    const { ours, theirs } = await serialLineForTest();
    await plantOnLine({ path: theirs });
    const client = await clientOn(ours);
    client.send(read(2));
    expect(await client.read(7)).toBe(reply(2, '2222'));
  });

  it('has its faults for one unit while the other is sound', async () => {
    const pty = join(await temporaryFolder('pty'), 'line');
    const plant = await plantOnLine({ pty });
    const client = await clientOn(pty);
    plant.setFault('scale', { kind: 'crc_error' });
    client.send(read(1));
    expect(await client.read(7)).not.toBe(reply(1, '1111'));
    client.send(read(2));
    expect(await client.read(7)).toBe(reply(2, '2222'));
    plant.setFault('scale', { kind: 'silence' });
    client.send(read(1));
    client.send(read(2));
    expect(await client.read(7)).toBe(reply(2, '2222'));
    plant.setFault('scale', { kind: 'noise', before: 2, after: 1 });
    client.send(read(1));
    expect((await client.read(10)).slice(4, 18)).toBe(reply(1, '1111'));
    expect(() => plant.setFault('scale', { kind: 'half_open' })).toThrow('needs connections');
  });

  it('that is paced answers too, after the time of its bytes', async () => {
    const pty = join(await temporaryFolder('pty'), 'line');
    await plantOnLine({ pty }, true);
    const client = await clientOn(pty);
    client.send(read(1));
    expect(await client.read(7)).toBe(reply(1, '1111'));
  });

  it('is not made where something else lies', async () => {
    const pty = await temporaryFolder('pty');
    await expect(plantOnLine({ pty })).rejects.toThrow('is there already');
  });
});

it('a serial line that is not there is an error of the start', async () => {
  await expect(plantOnLine({ path: '/nowhere/tty' })).rejects.toThrow('/nowhere/tty');
});
