import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, BenchmarkContext, FlagValues, Measurement } from '../benchmark.ts';
import { median } from '../median.ts';
import { startFastModbusServer } from '../polled/fast-modbus-server.ts';
import { measureReadLoop, type ReadRound } from './measure-read-loop.ts';
import { bareSocketLoop, deviceBusLoop, modbusSerialLoop } from './read-loops.ts';

const flags = {
  connections: { meaning: 'connections, each with one read in flight', byDefault: 50, atLeast: 1 },
  registers: { meaning: 'registers of a read', byDefault: 125, atLeast: 1 },
  reads: { meaning: 'reads of a round, over all connections', byDefault: 100_000, atLeast: 50 },
  rounds: { meaning: 'measured rounds, the clients by turns', byDefault: 7, atLeast: 1 },
} as const;

const clients = { bare_socket: bareSocketLoop, modbus_serial: modbusSerialLoop, device_bus: deviceBusLoop };
type Client = keyof typeof clients;

export const modbusClients: Benchmark<typeof flags> = {
  name: 'modbus-clients',
  summary: 'reads per second of the collector’s Modbus client, of modbus-serial and of a bare socket',
  description: [
    'Reads holding registers of a C program that answers at once, over several connections of this process: with the',
    'collector’s device bus, with modbus-serial, and with a socket that writes a ready request whenever enough bytes',
    'have come and looks at none of them.',
    'ratio: reads per second of the device bus over those of the bare socket; the median of all rounds.',
  ].join('\n'),
  flags,
  run,
};

async function run(
  { connections, registers, reads, rounds }: FlagValues<typeof flags>,
  { progress, cleanUp }: BenchmarkContext,
): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startFastModbusServer(folder);
  cleanUp.defer(() => server.stop());
  const measured: Record<Client, ReadRound[]> = { bare_socket: [], modbus_serial: [], device_bus: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const client of Object.keys(clients) as Client[]) {
      const result = await measureReadLoop(clients[client], server.port, { connections, registers, reads });
      if (round > 0) measured[client].push(result);
    }
    const rates = Object.entries(measured).map(
      ([name, of]) => `${name} ${Math.round(of.at(-1)?.perSecond ?? 0)}`,
    );
    progress(round === 0 ? 'warm' : `round ${round}: ${rates.join(', ')}`);
  }
  const rate = (client: Client) => Math.round(median(measured[client].map(({ perSecond }) => perSecond)));
  const cpuUs = (client: Client) => Math.round(median(measured[client].map((of) => of.cpuUs)) * 10) / 10;
  const ratioTo = (other: Client) => {
    const ratios = measured.device_bus.map(
      (own, at) => own.perSecond / (measured[other][at] ?? own).perSecond,
    );
    return Math.round(median(ratios) * 1_000) / 1_000;
  };
  return {
    ratio: ratioTo('bare_socket'),
    figures: {
      reads_per_second: rate('device_bus'),
      cpu_us_per_read: cpuUs('device_bus'),
      ratio_to_modbus_serial: ratioTo('modbus_serial'),
      connections,
      registers,
      reads_of_a_round: reads,
    },
    limit: {
      bare_socket_reads_per_second: rate('bare_socket'),
      bare_socket_cpu_us_per_read: cpuUs('bare_socket'),
      modbus_serial_reads_per_second: rate('modbus_serial'),
      modbus_serial_cpu_us_per_read: cpuUs('modbus_serial'),
    },
    servers: {},
  };
}
