import type { FaultPlace, Played } from '@holdfast/plant/simulator.ts';
import { type Fault, faultProblem } from './fault.ts';
import type { EndpointOfFile } from './plant-file/plant-file-schema.ts';
import type { Plc } from './plc.ts';

export interface PlayedPlc {
  readonly of: EndpointOfFile;
  readonly plc: Plc;
}

/** PLCs in the form that every plant takes. Each PLC has an endpoint of its own, under the same name. */
export function playedOf(plcs: readonly PlayedPlc[], host: string): Played<Fault> {
  const find = (place: FaultPlace): PlayedPlc => {
    const name = 'device' in place ? place.device : place.endpoint;
    const plc = plcs.find(({ of }) => of.device === name);
    if (!plc) throw new Error(`there is no PLC ${name}`);
    return plc;
  };
  const set = (place: FaultPlace, fault: Fault | undefined): void => {
    const { plc } = find(place);
    // If another process took the port while it was released, that process keeps it.
    void plc.setFault(fault).catch(() => {});
  };
  return {
    get devices() {
      return plcs.map(({ of, plc: { port } }) => ({
        ...{ code: of.device, endpoint: of.device, unit: '', where: `${host}:${port}` },
        address: {
          ...{ protocol: 'melsec', host, port, frame: of.frame, data_code: of.data_code, series: of.series },
          ...(of.max_words === undefined ? {} : { max_words: of.max_words }),
          ...(of.max_bits === undefined ? {} : { max_bits: of.max_bits }),
        },
      }));
    },
    setFault: set,
    clearFault: (place) => set(place, undefined),
    shownFault: (place) => find(place).plc.shownFault(),
    faultProblem: (place, fault) => faultProblem(fault, find(place).of.frame),
    openConnections: (code) => find({ device: code }).plc.openConnections,
    stop: async () => {
      await Promise.all(plcs.map(({ plc }) => plc.close()));
    },
  };
}
