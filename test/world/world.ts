import type { RestClient } from '../support/rest-client.ts';
import type { DeviceRequest } from '../verify/history.ts';
import type { Load } from './load.ts';
import type { Service } from './service.ts';

/** An API that needs a key, and what it puts before the operator's name in events. */
export interface ApiKey {
  readonly key: string;
  readonly name: string;
}

/** All of Holdfast as real processes, on one machine or on many: what clients, faults and the judge need of it. */
export interface TestWorld {
  /** The broker's address with which the suite itself may do everything. */
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly rest: RestClient;
  /** Left out: the API needs none. */
  readonly key?: ApiKey;
  readonly load: Load;
  readonly leaseTtlMs: number;
  readonly services: readonly Service[];
  /** Every request that reached a device, in order; grows. */
  readonly requests: readonly DeviceRequest[];
  readonly say: (line: string) => void;
  /** @throws when there is no such service */
  service(id: string): Service;
  stop(): Promise<void>;
}

/** The parts of a world that follow from its services. */
export function withServices(services: readonly Service[]): Pick<TestWorld, 'services' | 'service' | 'stop'> {
  return {
    services,
    service: (id) => {
      const service = services.find((each) => each.id === id);
      if (!service) throw new Error(`there is no service ${id}`);
      return service;
    },
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}
