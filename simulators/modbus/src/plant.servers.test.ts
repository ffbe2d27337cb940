import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startControlApi } from './control-api.ts';
import { demoConfiguration, demoDeviceCodes, demoPlant } from './demo-plant.ts';
import { mbapFrame } from './framing/mbap-framing.ts';
import { type ReceivedRequest, startPlant } from './plant.ts';

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

/** Sends one request and gives the whole reply, as hexadecimal digits. */
async function ask(port: number, pdu: readonly number[], unitId = 3): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(mbapFrame(0x0102, unitId, Buffer.from(pdu)));
    const [reply] = await once(socket, 'data');
    return Buffer.from(reply).toString('hex');
  } finally {
    socket.destroy();
  }
}

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

describe('the control API', () => {
  it('switches faults on and off', async () => {
    const { plant, port } = await startSmallPlant();
    const control = await startControlApi(plant, { host: '127.0.0.1', port: 0 });
    cleanUps.push(() => control.stop());
    const url = `http://127.0.0.1:${control.port}/devices`;
    const put = (path: string, body: string) => fetch(`${url}${path}`, { method: 'PUT', body });

    const set = await put('/press/fault', '{"kind":"exception","code":6}');
    expect(await set.json()).toMatchObject({ code: 'press', fault: { kind: 'exception', code: 6 } });
    expect(await ask(port, [3, 0, 10, 0, 1])).toBe('010200000003038306');
    const listed = await fetch(url);
    expect(await listed.json()).toMatchObject({
      devices: [
        { code: 'press', host: '127.0.0.1', port, unit_id: 3, fault: { kind: 'exception', code: 6 } },
      ],
    });

    const cleared = await fetch(`${url}/press/fault`, { method: 'DELETE' });
    expect(await cleared.json()).toMatchObject({ code: 'press', fault: null });
    expect(await ask(port, [3, 0, 10, 0, 1])).toBe('0102000000050303021234');

    expect((await put('/press/fault', '{"kind":"explode"}')).status).toBe(400);
    expect((await put('/press/fault', 'not json')).status).toBe(400);
    const oddTime = await put('/press/fault', '{"kind":"silence","for":"5x"}');
    expect([oddTime.status, await oddTime.text()]).toEqual([400, expect.stringContaining('250ms')]);
    const nobody = await put('/nobody/fault', '{"kind":"silence"}');
    expect([nobody.status, await nobody.text()]).toEqual([404, expect.stringContaining('GET /devices')]);
    expect((await fetch(`${url}/%zz/fault`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('the demo plant', () => {
  it('and its configuration speak of the same devices and ports', async () => {
    const plant = await startPlant({ config: demoPlant(), host: '127.0.0.1' });
    cleanUps.push(() => plant.stop());
    expect(plant.endpoints.map((endpoint) => endpoint.device)).toEqual(demoDeviceCodes);
    const ports = plant.endpoints.map((endpoint) => endpoint.port);
    const configuration = demoConfiguration({ host: '127.0.0.1', ports });
    expect(configuration.devices.map((device) => [device.code, device.port, device.unit_id])).toEqual(
      plant.endpoints.map((endpoint) => [endpoint.device, endpoint.port, endpoint.unitId]),
    );
    expect(configuration.tasks[0]?.device_codes).toEqual(demoDeviceCodes);
    expect(JSON.parse(JSON.stringify(configuration))).toEqual(configuration);
  });

  it('has one setpoint that can be written and stays so, while everything else moves on', async () => {
    const plant = await startPlant({ config: demoPlant(), host: '127.0.0.1' });
    cleanUps.push(() => plant.stop());
    const { port = 0, unitId = 0 } = plant.endpoints.find(({ device }) => device === 'chiller-1') ?? {};
    expect(await ask(port, [3, 0, 0, 0, 1], unitId)).toBe('0102000000050303020050');
    expect(await ask(port, [6, 0, 0, 0, 75], unitId)).toBe('01020000000603060000004b');
    expect(await ask(port, [3, 0, 0, 0, 1], unitId)).toBe('010200000005030302004b');
    // The status word beside it, and a coil.
    expect(await ask(port, [6, 0, 1, 0, 9], unitId)).toBe('010200000003038602');
    expect(await ask(port, [5, 0, 0, 0, 0], unitId)).toBe('010200000003038502');
    expect(await ask(port, [4, 0, 0, 0, 4], unitId)).toMatch(/^01020000000b030408/);
  });

  it('is told without a missing port', () => {
    expect(() => demoConfiguration({ host: '127.0.0.1', ports: [5020] })).toThrow(RangeError);
  });
});
