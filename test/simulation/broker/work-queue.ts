import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { World } from '../kernel/world.ts';

export interface QueuedMessage {
  readonly sequence: number;
  readonly collectorId: string;
  readonly taskId: string;
  readonly assignment: Assignment;
}

/** A client that waits for messages of a durable consumer. */
export interface QueueClient {
  readonly canReceive: () => boolean;
  readonly receive: (message: QueuedMessage) => void;
}

interface Durable {
  /** Tells this consumer from others of its name. */
  readonly created: number;
  /** By sequence: messages handed out and not answered, and until when no other consumer gets them. */
  readonly pending: Map<number, { redeliverAtMs: number }>;
  readonly clients: Set<QueueClient>;
}

/** ASSIGNMENTS: one message a subject, each for the durable consumer of its collector until it is acknowledged. */
export class WorkQueue {
  readonly #world: World;
  readonly #ackWaitMs: number;
  /** By `<collectorId>.<taskId>`. */
  readonly #messages = new Map<string, QueuedMessage>();
  readonly #durables = new Map<string, Durable>();
  #sequence = 0;
  #created = 0;

  constructor(world: World, ackWaitMs: number) {
    this.#world = world;
    this.#ackWaitMs = ackWaitMs;
  }

  publish(collectorId: string, assignment: Assignment): void {
    this.#sequence += 1;
    const key = `${collectorId}.${assignment.task_id}`;
    this.#drop(key);
    this.#messages.set(key, {
      sequence: this.#sequence,
      collectorId,
      taskId: assignment.task_id,
      assignment,
    });
    this.dispatch(collectorId);
  }

  remove(collectorId: string, taskId: string): void {
    this.#drop(`${collectorId}.${taskId}`);
  }

  keys(): Set<string> {
    return new Set(this.#messages.keys());
  }

  /** Creates the consumer again: everything on its subjects is handed out again. */
  deleteDurable(collectorId: string): void {
    this.#durables.delete(collectorId);
  }

  /** @returns what distinguishes it from others of its name @throws when there is one already, which delivers elsewhere */
  addDurable(collectorId: string): number {
    if (this.#durables.has(collectorId)) throw new Error(`collector-${collectorId} exists`);
    this.#created += 1;
    this.#durables.set(collectorId, { created: this.#created, pending: new Map(), clients: new Set() });
    return this.#created;
  }

  createdOf(collectorId: string): number | undefined {
    return this.#durables.get(collectorId)?.created;
  }

  attach(collectorId: string, client: QueueClient): void {
    this.#durables.get(collectorId)?.clients.add(client);
    this.dispatch(collectorId);
  }

  detach(collectorId: string, client: QueueClient): void {
    this.#durables.get(collectorId)?.clients.delete(client);
  }

  /** An answer goes by the consumer's name and the message's sequence, whichever delivery it is for. */
  acknowledge(message: QueuedMessage): void {
    const pending = this.#durables.get(message.collectorId)?.pending;
    if (!pending?.delete(message.sequence)) return;
    const key = `${message.collectorId}.${message.taskId}`;
    if (this.#messages.get(key)?.sequence === message.sequence) this.#messages.delete(key);
  }

  giveBack(message: QueuedMessage): void {
    const pending = this.#durables.get(message.collectorId)?.pending;
    if (pending?.delete(message.sequence)) this.dispatch(message.collectorId);
  }

  keepAlive(message: QueuedMessage): void {
    const entry = this.#durables.get(message.collectorId)?.pending.get(message.sequence);
    if (entry) entry.redeliverAtMs = this.#world.nowMs + this.#ackWaitMs;
  }

  dispatch(collectorId: string): void {
    const durable = this.#durables.get(collectorId);
    if (!durable) return;
    const clients = [...durable.clients].filter((client) => client.canReceive());
    if (clients.length === 0) return;
    for (const message of this.#messages.values()) {
      if (message.collectorId !== collectorId || durable.pending.has(message.sequence)) continue;
      durable.pending.set(message.sequence, { redeliverAtMs: this.#world.nowMs + this.#ackWaitMs });
      this.#watch(collectorId, message.sequence, this.#ackWaitMs);
      this.#world.random.pick(clients).receive(message);
    }
  }

  dispatchAll(): void {
    for (const collectorId of this.#durables.keys()) this.dispatch(collectorId);
  }

  #watch(collectorId: string, sequence: number, ms: number): void {
    this.#world.after(ms, () => {
      const pending = this.#durables.get(collectorId)?.pending;
      const entry = pending?.get(sequence);
      if (!pending || !entry) return;
      const leftMs = entry.redeliverAtMs - this.#world.nowMs;
      if (leftMs > 0) return this.#watch(collectorId, sequence, leftMs);
      pending.delete(sequence);
      this.#world.note('assignment redelivered');
      this.dispatch(collectorId);
    });
  }

  #drop(key: string): void {
    const message = this.#messages.get(key);
    if (!message) return;
    this.#messages.delete(key);
    this.#durables.get(message.collectorId)?.pending.delete(message.sequence);
  }
}
