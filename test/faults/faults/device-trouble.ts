import { setTimeout as sleep } from 'node:timers/promises';
import { actsOnListener } from '@holdfast/plant/faults/common-faults.ts';
import { eventually } from '../../support/eventually.ts';
import type { Fault } from '../fault.ts';

/** A device of a session that always runs does not do what it should. */
export const deviceTrouble: Fault = {
  name: 'device-trouble',
  plan: (random, shape) => {
    const device = random.pick(shape.steadyDevices);
    const trouble = random.pick(shape.troubles);
    const forMs = random.integer(2_000, 6_000);
    return {
      targets: [`device ${device}`],
      takesMs: forMs,
      what: `device ${device}: ${trouble.kind} for ${forMs} ms`,
      run: async ({ plant }) => {
        const from = plant.requests.length;
        plant.plant.setFault({ device }, trouble);
        // A device that refuses connections sees no request.
        const isHurt = () =>
          actsOnListener(trouble)
            ? plant.plant.openConnections(device) === 0
            : plant.requests.slice(from).some((request) => request.device === device);
        try {
          await sleep(forMs);
          await eventually(isHurt, {
            what: `a request to ${device} while it is in trouble`,
            timeoutMs: 60_000,
          });
        } finally {
          plant.plant.clearFault({ device });
        }
      },
    };
  },
};
