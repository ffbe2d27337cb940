import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { AssignmentHandle, AssignmentInbox } from '../../../services/collector/src/ports.ts';
import type { AssignmentOutbox } from '../../../services/supervisor/src/ports.ts';
import type { Link } from './link.ts';
import type { SimBroker } from './sim-broker.ts';
import type { QueueClient, QueuedMessage } from './work-queue.ts';

const timeoutMs = 5_000;

export class SimAssignmentOutbox implements AssignmentOutbox {
  readonly #broker: SimBroker;
  readonly #link: Link;
  readonly #onPublish: (collectorId: string, assignment: Assignment) => void;

  /** @param onPublish hears of every message at the moment at which it is stored */
  constructor(
    broker: SimBroker,
    link: Link,
    onPublish: (collectorId: string, assignment: Assignment) => void,
  ) {
    this.#broker = broker;
    this.#link = link;
    this.#onPublish = onPublish;
  }

  publish(collectorId: string, assignment: Assignment): Promise<void> {
    const publish = () => {
      this.#link.process.tell(
        () => `rings at ${collectorId}: ${assignment.session_id} epoch ${assignment.epoch}`,
      );
      this.#onPublish(collectorId, assignment);
      this.#broker.queue.publish(collectorId, assignment);
    };
    return this.#link.request(`ring at ${collectorId} for ${assignment.session_id}`, publish, timeoutMs);
  }

  remove(collectorId: string, taskId: string): Promise<void> {
    const remove = () => {
      this.#link.process.tell(() => `clears ${collectorId}.${taskId}`);
      this.#broker.queue.remove(collectorId, taskId);
    };
    return this.#link.request(`clear ${collectorId}.${taskId}`, remove, timeoutMs);
  }

  has(collectorId: string, taskId: string): Promise<boolean> {
    const has = () => this.#broker.queue.keys().has(`${collectorId}.${taskId}`);
    return this.#link.request(`look for ${collectorId}.${taskId}`, has, timeoutMs);
  }

  list(): Promise<Set<string>> {
    return this.#link.request('list ASSIGNMENTS', () => this.#broker.queue.keys(), timeoutMs);
  }
}

export interface OpenInboxOptions {
  readonly broker: SimBroker;
  readonly link: Link;
  readonly collectorId: string;
  readonly onAssignment: (handle: AssignmentHandle) => void;
}

/** Creates the collector's durable consumer again. */
export async function openSimInbox(options: OpenInboxOptions): Promise<AssignmentInbox> {
  const { broker, link, collectorId, onAssignment } = options;
  const { world } = link.process;
  const { queue } = broker;
  let isOpen = true;
  const client: QueueClient = {
    canReceive: () => isOpen && link.process.isAlive,
    receive: (message) =>
      link.push(() => {
        if (isOpen) onAssignment(handleOf(message, broker, link));
      }),
  };
  await link.request('delete durable', () => queue.deleteDurable(collectorId), timeoutMs);
  const created = await link.request(
    'add durable',
    () => {
      const delivery = queue.addDurable(collectorId);
      queue.attach(collectorId, client);
      return delivery;
    },
    timeoutMs,
  );
  link.onReconnect(() => {
    // A consumer that was made since delivers to another subject.
    const attach = () => queue.createdOf(collectorId) === created && queue.attach(collectorId, client);
    if (isOpen) link.fire(attach);
  });
  return {
    close: async () => {
      isOpen = false;
      link.fire(() => queue.detach(collectorId, client));
    },
    isIntact: async () => {
      const now = await link.request('look at durable', () => queue.createdOf(collectorId), timeoutMs);
      if (now !== created) world.note('durable consumer created again by another process');
      return now === created;
    },
  };
}

function handleOf(message: QueuedMessage, { queue }: SimBroker, link: Link): AssignmentHandle {
  return {
    taskId: message.taskId,
    assignment: message.assignment,
    keepAlive: () => link.fire(() => queue.keepAlive(message)),
    done: () => link.request(`ack for task ${message.taskId}`, () => queue.acknowledge(message), timeoutMs),
    giveBack: () => link.fire(() => queue.giveBack(message)),
  };
}
