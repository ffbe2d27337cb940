import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault as DeviceFault } from '@holdfast/modbus-simulator/fault.ts';
import { eventually } from '../../support/eventually.ts';
import type { Fault } from '../fault.ts';

const troubles: readonly DeviceFault[] = [
  { kind: 'silence' },
  { kind: 'slow', delay_ms: 900 },
  { kind: 'exception', code: 4 },
  { kind: 'reset' },
  { kind: 'garbage' },
  { kind: 'doubled' },
  { kind: 'doubled', delay_ms: 20 },
];

/** A device of a session that always runs does not do what it should. */
export const deviceTrouble: Fault = {
  name: 'device-trouble',
  plan: (random, shape) => {
    const device = random.pick(shape.steadyDevices);
    const trouble = random.pick(troubles);
    const forMs = random.integer(2_000, 6_000);
    return {
      targets: [`device ${device}`],
      takesMs: forMs,
      what: `device ${device}: ${trouble.kind} for ${forMs} ms`,
      run: async ({ plant }) => {
        const from = plant.requests.length;
        plant.plant.setFault(device, trouble);
        try {
          await sleep(forMs);
          await eventually(() => plant.requests.slice(from).some((request) => request.device === device), {
            what: `a request to ${device} while it is in trouble`,
            timeoutMs: 60_000,
          });
        } finally {
          plant.plant.clearFault(device);
        }
      },
    };
  },
};
