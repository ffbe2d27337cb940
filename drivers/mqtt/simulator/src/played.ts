import { whenProblem } from '@holdfast/plant/faults/common-faults.ts';
import type { FaultBoard } from '@holdfast/plant/faults/fault-board.ts';
import type { FaultPlace, Played } from '@holdfast/plant/simulator.ts';
import type { Broker } from './broker.ts';
import type { Fault } from './fault.ts';
import type { PublishedDevice } from './published-device.ts';

export interface PlayedBroker {
  readonly broker: Broker;
  readonly devices: readonly PublishedDevice[];
}

/** Brokers and devices in the form that every plant takes. Their ports are known once they are open. */
export function playedOf(brokers: readonly PlayedBroker[], host: string): Played<Fault> {
  const find = (place: FaultPlace): { readonly broker: Broker; readonly board: FaultBoard<Fault> } => {
    for (const { broker, devices } of brokers) {
      if ('endpoint' in place) {
        if (broker.name === place.endpoint) return { broker, board: broker.faults };
        continue;
      }
      const device = devices.find(({ code }) => code === place.device);
      if (device) return { broker, board: device.faults };
    }
    throw new Error(`there is no ${'device' in place ? place.device : place.endpoint}`);
  };
  const changed = (broker: Broker): void => {
    // If another process took the port while it was released, that process keeps it.
    void broker.listenerFaults.changed().catch(() => {});
  };
  return {
    get devices() {
      return brokers.flatMap(({ broker, devices }) =>
        devices.map(({ code }) => ({
          ...{ code, endpoint: broker.name, unit: '', where: `${host}:${broker.port}` },
          address: { protocol: 'mqtt', host, port: broker.port },
        })),
      );
    },
    setFault: (place, fault) => {
      const { broker, board } = find(place);
      board.set(fault, Date.now());
      changed(broker);
    },
    clearFault: (place) => {
      const { broker, board } = find(place);
      board.clear();
      changed(broker);
    },
    shownFault: (place) => find(place).board.current(Date.now()),
    faultProblem: (_, fault) => whenProblem(fault),
    openConnections: (code) => find({ device: code }).broker.openConnections(),
    stop: async () => {
      for (const { devices } of brokers) for (const device of devices) device.stop();
      await Promise.all(brokers.map(({ broker }) => broker.stop()));
    },
  };
}
