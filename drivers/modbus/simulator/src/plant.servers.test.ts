import { afterEach, describe, expect, it } from 'vitest';
import { type ReceivedRequest, startPlant } from './plant.ts';
import { askOnce } from './testing/ask-once.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startSmallPlant() {
  const requests: ReceivedRequest[] = [];
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      devices: [
        {
          code: 'press',
          unitId: 3,
          tables: {
            holding_register: new Map([
              [10, 0x1234],
              [11, 0xffff],
            ]),
            coil: (address) => (address < 20 ? address % 2 === 0 : undefined),
          },
        },
      ],
    },
    onRequest: (request) => requests.push(request),
  });
  cleanUps.push(() => plant.stop());
  return { plant, port: plant.endpoints[0]?.port ?? 0, requests };
}

const ask = (port: number, pdu: readonly number[], unitId = 3) => askOnce(port, unitId, pdu);

describe('the frames of a simulated device', () => {
  it.each([
    ['two holding registers', [3, 0, 10, 0, 2], '010200000007 03 03 04 1234ffff'],
    [
      'ten coils, packed with the lowest address in the lowest bit',
      [1, 0, 0, 0, 10],
      '010200000005 03 01 02 5501',
    ],
    ['a register that is not there', [3, 0, 12, 0, 1], '010200000003 03 83 02'],
    ['one register too many', [3, 0, 10, 0, 3], '010200000003 03 83 02'],
    ['a table that is not there', [4, 0, 10, 0, 1], '010200000003 03 84 02'],
    ['no register at all', [3, 0, 10, 0, 0], '010200000003 03 83 03'],
    ['126 registers', [3, 0, 0, 0, 126], '010200000003 03 83 03'],
    ['2001 coils', [1, 0, 0, 0x07, 0xd1], '010200000003 03 81 03'],
    ['writing', [6, 0, 10, 0, 1], '010200000003 03 86 01'],
  ])('%s', async (_what, pdu, reply) => {
    const { port } = await startSmallPlant();
    expect(await ask(port, pdu)).toBe(reply.replaceAll(' ', ''));
  });

  it('for another unit are those of a gateway that cannot reach it', async () => {
    const { port } = await startSmallPlant();
    expect(await ask(port, [3, 0, 10, 0, 1], 9)).toBe('01020000000309830b');
  });
});

describe('a plant', () => {
  it('reports each request with the connection that it came on', async () => {
    const { port, requests } = await startSmallPlant();
    await ask(port, [3, 0, 10, 0, 2]);
    await ask(port, [1, 0, 0, 0, 1]);
    expect(requests).toMatchObject([
      { device: 'press', unitId: 3, functionCode: 3, address: 10, quantity: 2, connectionId: 1 },
      { device: 'press', unitId: 3, functionCode: 1, address: 0, quantity: 1, connectionId: 2 },
    ]);
  });

  it('leaves nothing running when one of its ports is taken', async () => {
    const { port } = await startSmallPlant();
    const device = { unitId: 1, tables: {} };
    const start = startPlant({
      host: '127.0.0.1',
      config: {
        devices: [
          { ...device, code: 'free' },
          { ...device, code: 'taken', port },
        ],
      },
    });
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('refuses faults of devices that it does not have', async () => {
    const { plant } = await startSmallPlant();
    expect(() => plant.setFault('nobody', { kind: 'silence' })).toThrow('no device nobody');
  });
});
