import { afterEach, expect, it } from 'vitest';
import { type Plant, startPlant } from './plant.ts';
import { plantOfFile } from './testing/plant-of-file.ts';
import { type RawClient, rawTcpClient } from './testing/raw-client.ts';

let plant: Plant | undefined;
let client: RawClient | undefined;
afterEach(async () => {
  client?.close();
  await plant?.stop();
});

const yaml = `
endpoints:
  - protocol: modbus_tcp
    units:
      - device: press
        max_registers: 10
        forbidden: [{ table: holding_register, from: 5, to: 6 }]
        identity: { vendor: Example, product: P1, revision: '2' }
        tables: { holding_register: { 0-19: 7 }, coil: { 0-9: false } }
        points:
          - { code: moving, table: holding_register, address: 30, data_type: uint16, value: { counter: { every: 1ms } } }
          - { code: fixed, table: holding_register, address: 31, data_type: uint16, writable: false, value: 9 }
          - { code: zone, table: holding_register, address: 40, data_type: uint16, count: 2, writable: true, value: 1 }
          - { code: alarm, table: holding_register, address: 42, data_type: bool, bit: 3, writable: true, value: true }
          - { code: measured, table: input_register, address: 0, data_type: uint16, value: 9 }
      - { device: display, unit_id: 2, read_only: true, tables: { holding_register: { 0: 1 } } }
`;

/** Sends protocol data units one after the other. @returns the protocol data units of the replies */
async function pressIsAsked(...pdus: readonly string[]): Promise<string[]> {
  const { config, host } = plantOfFile(yaml);
  plant = await startPlant({ config, host });
  client = await rawTcpClient(plant.endpoints[0]?.port ?? 0);
  const replies: string[] = [];
  for (const requestPdu of pdus) {
    const [unit, pdu] = requestPdu.startsWith('unit 2: ') ? ['02', requestPdu.slice(8)] : ['01', requestPdu];
    const bytes = pdu.replaceAll(' ', '');
    client.send(`0000 0000 ${(bytes.length / 2 + 1).toString(16).padStart(4, '0')} ${unit} ${bytes}`);
    const head = await client.read(7);
    replies.push(await client.read(Number.parseInt(head.slice(8, 12), 16) - 1));
  }
  return replies;
}

it.each([
  ['one register', '06 0001 1234', '0600011234', '03 0001 0001', '03021234'],
  ['several registers', '10 0001 0002 04 1234 5678', '1000010002', '03 0000 0003', '0306000712345678'],
  ['an array', '10 0028 0002 04 1234 5678', '1000280002', '03 0028 0003', '0306123456780008'],
  [
    'a register that has a point for one of its bits',
    '06 002a 0010',
    '06002a0010',
    '03 002a 0001',
    '03020010',
  ],
  ['one coil', '05 0001 ff00', '050001ff00', '01 0000 000a', '01020200'],
  ['a coil that is switched off', '05 0001 0000', '0500010000', '01 0000 0002', '010100'],
  ['several coils', '0f 0001 0009 02 ff01', '0f00010009', '01 0000 000a', '0102fe03'],
])('writing %s is confirmed and read back', async (_what, write, confirmed, readBack, value) => {
  expect(await pressIsAsked(write, readBack)).toEqual([confirmed, value]);
});

it.each([
  ['a register that is not there', '06 0020 0001', '8602'],
  ['registers of which one is not there', '10 0013 0002 04 0001 0002', '9002'],
  ['a register that is protected', '06 001f 0001', '8602'],
  ['a forbidden register', '10 0004 0002 04 0001 0002', '9002'],
  ['a coil with a value that is none', '05 0001 1234', '8503'],
  ['with a byte count that does not fit', '10 0001 0002 02 0001', '9003'],
  ['no register at all', '10 0001 0000 00', '9003'],
  ['at a device that knows no writing', 'unit 2: 06 0000 0005', '8601'],
  ['with a mask, which it does not know', '16 0001 00ff 0001', '9601'],
])('writing %s is refused', async (_what, write, refusal) => {
  expect(await pressIsAsked(write)).toEqual([refusal]);
});

it('a value that moves stays where it was written to', async () => {
  const [, first] = await pressIsAsked('06 001e beef', '03 001e 0001');
  expect(first).toBe('0302beef');
});

it('reads beyond the device’s own limits or into what is forbidden are refused, within them answered', async () => {
  expect(await pressIsAsked('03 0007 000b', '03 0004 0002', '03 0007 000a', '04 0000 0001')).toEqual([
    '8303',
    '8302',
    `0314${'0007'.repeat(10)}`,
    '04020009',
  ]);
});

it('says who it is', async () => {
  const text = (value: string): string => Buffer.from(value).toString('hex');
  expect(await pressIsAsked('2b 0e 01 00', '2b 0e 04 01', '2b 0e 04 09', 'unit 2: 2b 0e 01 00')).toEqual([
    `2b0e0181000003${'0007'}${text('Example')}${'0102'}${text('P1')}${'0201'}${text('2')}`,
    `2b0e0481000001${'0102'}${text('P1')}`,
    'ab02',
    'ab01',
  ]);
});
