import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { foreignDevice, foreignDeviceIsInstalled } from '../support/foreign-device.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureAndStart, configureDevice } from '../support/over-rest.ts';
import type { RestClient } from '../support/rest-client.ts';
import { longLease } from '../support/service-processes.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const cli = fileURLToPath(new URL('../../simulators/plant/src/cli.ts', import.meta.url));

const periodMs = 500;

/** Each device has an address of its own, so that none keeps another one waiting. */
const plantFile = `
control_port: 0
endpoints:
${['good', 'hangs', 'closes', 'refuses', 'slow', 'partly']
  .map(
    (name) => `
  - protocol: modbus_tcp
    units:
      - device: press-${name}
        unit_id: 1
        ${name === 'slow' ? 'latency: 900ms' : 'latency: 2ms'}
        ${name === 'partly' ? 'forbidden: [{ table: holding_register, from: 2, to: 2 }]' : ''}
        tables: { coil: { 0: false } }
        points:
          - { code: temperature, table: holding_register, address: 0, data_type: int16, scale: 0.1, value: 21.5 }
          - { code: strokes, table: holding_register, address: 1, data_type: uint16, value: 4711 }
          - { code: spare, table: holding_register, address: 2, data_type: uint16, value: 7 }
          - { code: setpoint, table: holding_register, address: 4, data_type: float32, value: 0 }
`,
  )
  .join('')}`;

const faults = {
  'press-hangs': { kind: 'silence' },
  'press-closes': { kind: 'refuse_connections' },
  'press-refuses': { kind: 'exception', code: 4 },
} as const;

/** Every service as a process, and a plant of devices of which most are in trouble, each in its own way. */
export interface TroubledPlant {
  readonly rest: RestClient;
  readonly natsUrl: string;
  readonly session: string;
  /** Codes of its devices; the last one is not ours, where such a device can be had. */
  readonly devices: readonly string[];
  setFault(device: string, fault: object | undefined): Promise<void>;
  /** Kills the collector, and starts it again once ticks were missed. */
  restartCollector(): Promise<void>;
  /** Kills the devices that are ours, as a cut of the power would. */
  killDevices(): Promise<void>;
}

export async function startTroubledPlant(apiSettings: Record<string, string> = {}): Promise<TroubledPlant> {
  const simulator = await startSimulator();
  const nats = await natsForTest();
  const collector = { DEVICE_REFUSED_PAUSE_MS: '300', DEVICE_BACKOFF_MAX_MS: '2000' };
  const {
    rest,
    process: serviceProcess,
    restart,
  } = await servicesForTest({
    ...{ natsUrl: nats.url, lease: longLease, settings: { api: apiSettings, collector } },
    key: apiSettings.API_BOOTSTRAP_KEY,
  });
  for (const [device, fault] of Object.entries(faults)) await simulator.setFault(device, fault);
  const ids: number[] = [];
  for (const { device: code, port: at } of simulator.devices) {
    const timeout_ms = code === 'press-slow' ? 5_000 : 500;
    const place = { code, host: '127.0.0.1', port: at, unit_id: 1, timeout_ms };
    const point = { table: 'holding_register' };
    const { id } = await configureDevice(rest, place, [
      { ...point, code: 'temperature', address: 0, data_type: 'int16', scale: 0.1, unit: '°C' },
      { ...point, code: 'strokes', address: 1, data_type: 'uint16' },
      { ...point, code: 'spare', address: 2, data_type: 'uint16' },
      {
        ...{ ...point, code: 'setpoint', address: 4, data_type: 'float32', unit: '°C' },
        ...{ writable: true, valid_min: 0, valid_max: 300 },
      },
      { table: 'coil', code: 'lamp', address: 0, data_type: 'bool', writable: true },
    ]);
    ids.push(id);
  }
  if (foreignDeviceIsInstalled()) {
    const device = await foreignDevice();
    const some = device.points.filter(({ table }) => table === 'holding_register').slice(0, 20);
    const { id } = await configureDevice(
      rest,
      {
        ...{ code: 'foreign', name: 'pymodbus', host: '127.0.0.1', port: device.port },
        ...{ unit_id: device.unit_id, timeout_ms: 5_000 },
      },
      some.map(({ value: _, ...point }) => point),
    );
    ids.push(id);
  }
  const { sessionId: session } = await configureAndStart(rest, {
    ...{ code: 'hall', period_ms: periodMs, device_ids: ids },
  });
  const devices = [
    ...simulator.devices.map(({ device }) => device),
    ...(foreignDeviceIsInstalled() ? ['foreign'] : []),
  ];
  const { setFault, kill: killDevices } = simulator;
  const restartCollector = async () => {
    await serviceProcess('collector').kill();
    // A collector that is back before the tick under way is over reads it, and has missed none.
    const missed = Math.ceil(Date.now() / periodMs) * periodMs + 2 * periodMs;
    await eventually(() => Date.now() >= missed, { what: 'two ticks to be missed' });
    await restart('collector');
  };
  return { rest, natsUrl: nats.url, session, devices, setFault, restartCollector, killDevices };
}

interface Simulator {
  readonly devices: readonly { readonly device: string; readonly port: number }[];
  setFault(device: string, fault: object | undefined): Promise<void>;
  kill(): Promise<void>;
}

async function startSimulator(): Promise<Simulator> {
  const file = join(await temporaryFolder('plant'), 'plant.yaml');
  await writeFile(file, plantFile);
  const child: ChildProcess = spawn(process.execPath, [cli, '--json', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  cleanUpAfterFile(kill);
  if (!child.stdout) throw new Error('the simulator has no output');
  const devices: { device: string; port: number }[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    if (message.kind === 'device') devices.push(message);
    if (message.kind !== 'control') continue;
    const setFault = async (device: string, fault: object | undefined) => {
      const answer = await fetch(`${message.url}/devices/${device}/fault`, {
        method: fault ? 'PUT' : 'DELETE',
        ...(fault && { body: JSON.stringify(fault) }),
      });
      if (!answer.ok) throw new Error(await answer.text());
    };
    return { devices, setFault, kill };
  }
  throw new Error('the simulator did not start');
}
