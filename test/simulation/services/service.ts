import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import type { LeaseTimes } from '@holdfast/shared/lease/lease-times.ts';
import type { AssignmentOutbox, Rebalancing } from '../../../services/supervisor/src/ports.ts';
import type { Link } from '../broker/link.ts';
import type { SimBroker } from '../broker/sim-broker.ts';
import type { Referee } from '../checks/referee.ts';
import type { PlantedBug } from '../faults/planted-bugs.ts';
import type { SimProcess } from '../kernel/process.ts';
import type { Plant } from '../plant.ts';

export interface SimSettings {
  readonly lease: LeaseTimes;
  readonly reconcileIntervalMs: number;
  readonly rebalancing: Rebalancing;
  /** Longest time from SIGTERM until the process exits by force. */
  readonly drainTimeoutMs: number;
}

/** The surroundings that a service finds when it starts. */
export interface ServiceContext {
  readonly broker: SimBroker;
  readonly link: Link;
  readonly plant: Plant;
  readonly referee: Referee;
  readonly settings: SimSettings;
  readonly bugs: readonly PlantedBug[];
  readonly staleness: () => number;
  readonly isLeadershipFooled: boolean;
  /** Proof that the process with that instance, on that host, is dead. */
  readonly isKnownDead: (instance: string, host: string) => boolean;
  readonly publishBeforeAppend: (store: EventStore, outbox: AssignmentOutbox) => EventStore;
}

/** One life of a service. */
export interface Life {
  readonly process: SimProcess;
  readonly link: Link;
  /** SIGTERM: resolves when everything has been stopped in order. */
  drain(): Promise<void>;
  /** Takes away what the broker holds for a connection that is gone. */
  died(): void;
  loseDeliveries(): void;
}
