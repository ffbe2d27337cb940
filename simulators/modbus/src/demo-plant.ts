import type { PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { chiller } from './machines/chiller.ts';
import { injectionMouldingMachine } from './machines/injection-moulding-machine.ts';
import { type Machine, memoryOfMachine } from './machines/machine.ts';
import { powerMeter } from './machines/power-meter.ts';
import type { PlantConfig } from './plant.ts';

/** The bodies for the configuration API, in the order in which they must be posted. */
export interface DemoConfiguration {
  readonly sites: readonly { readonly code: string; readonly name: string }[];
  readonly devices: readonly {
    readonly code: string;
    readonly name: string;
    readonly site_code: string;
    readonly protocol: 'modbus_tcp';
    readonly host: string;
    readonly port: number;
    readonly unit_id: number;
    readonly timeout_ms: number;
  }[];
  readonly points: readonly (PointConfig & { readonly device_code: string })[];
  readonly tasks: readonly {
    readonly code: string;
    readonly name: string;
    readonly period_ms: number;
    readonly device_codes: readonly string[];
  }[];
}

/** In the order of their ports. */
const machines: readonly Machine[] = [injectionMouldingMachine(1), powerMeter(1), chiller(1)];

export const demoDeviceCodes: readonly string[] = machines.map((machine) => machine.code);

/** @param ports one for each of `demoDeviceCodes`; free ones unless given */
export function demoPlant(ports: readonly number[] = []): PlantConfig {
  return {
    devices: machines.map((machine, index) => ({
      code: machine.code,
      unitId: machine.unitId,
      port: ports[index] ?? 0,
      tables: memoryOfMachine(machine),
    })),
  };
}

/**
 * How Holdfast is told about the demo plant.
 * @param where.host under which the collectors reach the simulator
 * @param where.ports one for each of `demoDeviceCodes`
 * @throws RangeError when a port is missing
 */
export function demoConfiguration(where: {
  readonly host: string;
  readonly ports: readonly number[];
}): DemoConfiguration {
  const site = { code: 'demo', name: '演示工厂 Demo factory' };
  return {
    sites: [site],
    devices: machines.map((machine, index) => {
      const port = where.ports[index];
      if (port === undefined) throw new RangeError(`no port for ${machine.code}`);
      return {
        code: machine.code,
        name: machine.name,
        site_code: site.code,
        protocol: 'modbus_tcp',
        host: where.host,
        port,
        unit_id: machine.unitId,
        timeout_ms: 800,
      };
    }),
    points: machines.flatMap((machine) =>
      machine.points.map(({ valueAt: _, ...point }) => ({ device_code: machine.code, ...point })),
    ),
    tasks: [
      {
        code: 'workshop-1',
        name: '一号车间 Workshop 1',
        period_ms: 1000,
        device_codes: demoDeviceCodes,
      },
    ],
  };
}
