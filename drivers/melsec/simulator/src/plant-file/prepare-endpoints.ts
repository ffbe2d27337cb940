import { durationMs } from '@holdfast/plant/duration.ts';
import type { Described, PlantFilePlace, Prepared } from '@holdfast/plant/simulator.ts';
import { faultProblem } from '../fault.ts';
import { type PlayedPlc, playedOf } from '../played.ts';
import { startPlc } from '../plc.ts';
import { memoryOfFile } from './memory-of-file.ts';
import type { EndpointOfFile } from './plant-file-schema.ts';

/** The PLCs of a plant file. */
export function prepareEndpoints(
  endpoints: readonly Described<EndpointOfFile>[],
  place: PlantFilePlace,
): Prepared {
  const plcs = endpoints.map(({ path, of }) => {
    of.faults.forEach((fault, index) => {
      const message = faultProblem(fault, of.frame);
      if (message !== undefined) place.complain({ path: [...path, 'faults', index], message });
    });
    return { of, memory: memoryOfFile({ path, of }, place) };
  });
  return {
    counts: { endpoints: plcs.length, devices: plcs.length },
    takes: endpoints.flatMap(({ path, of: { device, port } }) => [
      { what: `device ${device}`, path: [...path, 'device'] },
      { what: `endpoint ${device}`, path },
      ...(port === 0 ? [] : [{ what: `port ${port}`, path: [...path, 'port'] }]),
    ]),
    open: async (host, onRequest) => {
      const open: PlayedPlc[] = [];
      const played = playedOf(open, host);
      let links = 0;
      try {
        for (const { of, memory } of plcs) {
          const { device, faults } = of;
          const plc = await startPlc({
            ...{ host, memory, port: of.port, frame: of.frame, dataCode: of.data_code },
            limits: { words: of.max_words, bits: of.max_bits },
            latency: { fixedMs: msOf(of.latency), jitterMs: msOf(of.jitter) },
            maxConnections: of.max_connections,
            otherConnections: of.other_connections,
            planned: { name: device, faults, since: place.startedAtMs },
            nextLinkId: () => ++links,
            onRequest: (_, { id }) => onRequest?.({ at: Date.now(), device, connectionId: id }),
          });
          open.push({ of, plc });
        }
      } catch (error) {
        await played.stop();
        throw error;
      }
      return played;
    },
  };
}

function msOf(duration: string | undefined): number {
  return duration === undefined ? 0 : durationMs(duration);
}
