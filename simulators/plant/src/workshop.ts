import { findSimulators } from './find-simulators.ts';
import type { PlantPart } from './plant.ts';
import { preparePlant } from './prepare-plant.ts';
import type { WorkshopMachine } from './simulator.ts';

/** The bodies for the configuration API, in the order in which they must be posted. */
export interface DemoConfiguration {
  readonly sites: readonly { readonly code: string; readonly name: string }[];
  readonly devices: readonly (WorkshopMachine['device'] & {
    readonly code: string;
    readonly name: string;
    readonly site_code: string;
    readonly host: string;
    readonly port: number;
    readonly timeout_ms: number;
  })[];
  readonly points: readonly (WorkshopMachine['points'][number] & { readonly device_code: string })[];
  readonly tasks: readonly {
    readonly code: string;
    readonly name: string;
    readonly period_ms: number;
    readonly device_codes: readonly string[];
  }[];
}

const simulators = await findSimulators();

/** The machines of the demo, of all protocols, in the order of their ports. */
const machines: readonly WorkshopMachine[] = simulators
  .flatMap(({ workshop }) => workshop)
  .toSorted((one, other) => one.place - other.place);

export const demoDeviceCodes: readonly string[] = machines.map(({ code }) => code);

/** @param ports one for each of `demoDeviceCodes`; free ones unless given */
export function demoPlant(ports: readonly number[] = []): readonly PlantPart[] {
  const endpoints = machines.map((machine, index) => machine.endpoint(ports[index] ?? 0));
  return preparePlant(endpoints, simulators, {
    startedAtMs: Date.now(),
    readColumn: () => {
      throw new Error('the workshop has no files');
    },
  });
}

/**
 * How Holdfast learns about the demo plant.
 * @param where.host the host under which collectors reach the simulator
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
        ...machine.device,
        host: where.host,
        port,
        timeout_ms: 800,
      };
    }),
    points: machines.flatMap(({ code, points }) => points.map((point) => ({ device_code: code, ...point }))),
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
