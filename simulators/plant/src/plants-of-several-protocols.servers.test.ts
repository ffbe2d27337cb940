import { once } from 'node:events';
import { connect } from 'node:net';
import { simulator as modbusSimulator } from '@holdfast/driver-modbus-simulator/simulator.ts';
import { askOnce } from '@holdfast/driver-modbus-simulator/testing/ask-once.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { startControlApi } from './control-api.ts';
import { findSimulators } from './find-simulators.ts';
import { openPlant } from './plant.ts';
import { parsePlantFile } from './plant-file/read-plant-file.ts';
import { plantSummary } from './plant-summary.ts';
import { lineSimulator } from './testing/line-simulator.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const yaml = `
endpoints:
  - protocol: modbus_tcp
    units: [{ device: press, unit_id: 3, tables: { holding_register: { 10-11: 4660 } } }]
  - { protocol: lines, device: mixer, values: { speed: 40 } }
`;
const simulators = [modbusSimulator, lineSimulator];
const read = (text: string) => parsePlantFile(text, { file: 'plant.yaml', simulators });

async function startMixedPlant() {
  const plant = await openPlant(read(yaml).parts, '127.0.0.1');
  cleanUps.push(() => plant.stop());
  const control = await startControlApi(plant, { host: '127.0.0.1', port: 0 });
  cleanUps.push(() => control.stop());
  const url = `http://127.0.0.1:${control.port}`;
  const portOf = (code: string) => Number(plant.devices.find((each) => each.code === code)?.address.port);
  return {
    plant,
    url,
    portOf,
    askPress: () => askOnce(portOf('press'), 3, [3, 0, 10, 0, 1]),
    askMixer: (line: string) => answerTo(portOf('mixer'), line),
    fault: async (path: string, method: string, body?: string) => {
      const answer = await fetch(`${url}${path}/fault`, { method, ...(body ? { body } : {}) });
      return { status: answer.status, ...((await answer.json()) as object) };
    },
  };
}

/** The answer over a new connection, or how that ends. */
async function answerTo(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(`${line}\n`);
    return await Promise.race([
      once(socket, 'data').then(([data]) => String(data).trimEnd()),
      once(socket, 'close').then(() => 'closed'),
    ]);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}

describe('a plant of several protocols', () => {
  it('plays the devices of each, and says where they are', async () => {
    const { plant, url, portOf, askPress, askMixer } = await startMixedPlant();
    expect(await askPress()).toBe('0102000000050303021234');
    expect(await askMixer('READ speed')).toBe('speed=40');
    const { devices } = (await (await fetch(`${url}/devices`)).json()) as { devices: object[] };
    const host = '127.0.0.1';
    expect(devices).toMatchObject([
      { code: 'press', endpoint: 'press', protocol: 'modbus_tcp', host, port: portOf('press'), unit_id: 3 },
      { code: 'mixer', endpoint: 'mixer', protocol: 'lines', host, port: portOf('mixer') },
    ]);
    expect(plantSummary(plant)).toEqual([
      expect.stringMatching(/^modbus_tcp 127\.0\.0\.1:\d+ +press \(unit 3\)$/),
      expect.stringMatching(/^lines {6}127\.0\.0\.1:\d+ +mixer$/),
    ]);
  });

  it('has the faults of each device switched on and off by HTTP', async () => {
    const { askPress, askMixer, fault } = await startMixedPlant();
    const exception = { kind: 'exception', code: 6 };
    expect(await fault('/devices/press', 'PUT', JSON.stringify(exception))).toMatchObject({
      ...{ status: 200, code: 'press', unit_id: 3, fault: exception, fault_is_active: true },
    });
    expect(await fault('/endpoints/mixer', 'PUT', '{"kind":"reset"}')).toMatchObject({
      ...{ status: 200, name: 'mixer', devices: [{ code: 'mixer' }], fault: { kind: 'reset' } },
    });
    expect([await askPress(), await askMixer('READ speed')]).toEqual(['010200000003038306', 'ECONNRESET']);
    expect(await fault('/devices/press', 'DELETE')).toMatchObject({ code: 'press', fault: null });
    expect(await fault('/devices/mixer', 'DELETE')).toMatchObject({ code: 'mixer', fault: null });
    expect([await askPress(), await askMixer('READ speed')]).toEqual(['0102000000050303021234', 'speed=40']);
  });

  it('refuses a fault that is none of the protocol of the device', async () => {
    const { url, fault } = await startMixedPlant();
    const answerTo = async (path: string, body: string) => {
      const { status, error } = (await fault(path, 'PUT', body)) as { status: number; error?: string };
      return [status, error];
    };
    const no = (what: string) => [400, expect.stringContaining(what)];
    expect(await answerTo('/devices/mixer', '{"kind":"exception","code":6}')).toEqual(no('kind'));
    expect(await answerTo('/devices/press', '{"kind":"explode"}')).toEqual(no('kind'));
    expect(await answerTo('/devices/press', '{"kind":"crc_error"}')).toEqual(no('RTU framing'));
    expect(await answerTo('/devices/press', 'not json')).toEqual(no(''));
    expect(await answerTo('/devices/press', '{"kind":"silence","for":"5x"}')).toEqual(no('250ms'));
    expect(await answerTo('/devices/nobody', '{"kind":"silence"}')).toEqual([
      ...[404, expect.stringContaining('GET /devices')],
    ]);
    expect((await fetch(`${url}/devices/%zz/fault`, { method: 'DELETE' })).status).toBe(404);
  });

  it('leaves nothing running when one of its ports is taken', async () => {
    const { portOf } = await startMixedPlant();
    const { parts } = read(yaml.replace('values:', `port: ${portOf('mixer')}, values:`));
    const [modbus] = parts;
    const opened: { stop(): Promise<void>; isStopped: boolean }[] = [];
    const watched = parts.map((part) => ({
      ...part,
      prepared: {
        ...part.prepared,
        open: async (host: string) => {
          const played = await part.prepared.open(host);
          const simulator = { isStopped: false, stop: () => played.stop() };
          opened.push(simulator);
          return {
            ...played,
            stop: () => {
              simulator.isStopped = true;
              return played.stop();
            },
          };
        },
      },
    }));
    await expect(openPlant(watched, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(modbus?.simulator).toBe(modbusSimulator);
    expect(opened.map(({ isStopped }) => isStopped)).toEqual([true]);
  });
});

describe('a plant file', () => {
  it.each([
    [
      'one name for devices of two protocols',
      yaml.replace('mixer', 'press'),
      'plant.yaml:5: endpoints[1].device: there are two: device press',
    ],
    [
      'one port for both',
      yaml.replace('modbus_tcp', 'modbus_tcp\n    port: 6000').replace('mixer', 'mixer, port: 6000'),
      'plant.yaml:6: endpoints[1].port: there are two: port 6000',
    ],
    [
      'a setting that only another protocol has',
      yaml.replace('mixer', 'mixer, units: []'),
      'plant.yaml:5: endpoints[1].units: there is no such setting',
    ],
    [
      'a protocol that nobody plays',
      yaml.replace('lines', 'line'),
      'plant.yaml:5: endpoints[1].protocol: there is no "line"; there are modbus_tcp, modbus_rtu, modbus_rtu_over_tcp, lines',
    ],
  ])('with %s is refused with its line', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

it('simulators are found in the folders of their drivers', async () => {
  expect(await findSimulators()).toContain(modbusSimulator);
});
