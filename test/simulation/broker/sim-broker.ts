import type { CloudEvent } from '@holdfast/shared/contracts/cloud-event.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { statusKey } from '@holdfast/shared/contracts/subjects.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { SessionAssigned } from '@holdfast/shared/domain/placement/events.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { World } from '../kernel/world.ts';
import { Bucket } from './bucket.ts';
import { WorkQueue } from './work-queue.ts';

export type AppendAnswer =
  | { readonly kind: 'stored'; readonly sequence: number }
  /** `follower`: the event that directly follows the expected one, when there is one. */
  | { readonly kind: 'conflict'; readonly follower: StoredEvent | undefined };

export interface SimBrokerOptions {
  readonly ackWaitMs: number;
  /** Whether leases outlive a restart, as file storage does. */
  readonly keepsLeases: boolean;
  /** Whether an append's expected sequence is looked at. */
  readonly checksExpectedSequence: boolean;
}

/** One broker with all that Holdfast keeps in it. What it has is the truth that processes only hear of. */
export class SimBroker {
  readonly #world: World;
  readonly #options: SimBrokerOptions;
  readonly #events: StoredEvent[] = [];
  readonly #sequenceById = new Map<string, number>();
  readonly #lastBySubject = new Map<string, StoredEvent>();
  readonly followers = new Set<(event: StoredEvent) => void>();
  readonly buckets: { readonly COLLECTORS: Bucket; readonly LEADER: Bucket };
  readonly queue: WorkQueue;
  /** By collector and task. */
  readonly #status = new Map<string, readonly [taskId: string, status: SessionLiveStatus]>();
  readonly statusWatchers = new Set<(taskId: string, status: SessionLiveStatus) => void>();
  /** Called to have holders renew their leases at once. */
  readonly renewalCalls = new Set<() => void>();
  readonly #samples = new Map<string, Sample>();
  readonly #sent = new Map<string, SentRecord>();
  readonly configs = new Map<string, TaskConfig>();
  #isUp = true;
  /** Hears of every event before all others. */
  onAppend: ((event: StoredEvent) => void) | undefined;
  onRestarted: (() => void) | undefined;
  /** @param source the collector on whose subject it is: the broker lets no collector publish on another's */
  onSample: ((source: string, sample: Sample) => void) | undefined;

  constructor(world: World, options: SimBrokerOptions) {
    this.#world = world;
    this.#options = options;
    this.buckets = { COLLECTORS: new Bucket(world), LEADER: new Bucket(world) };
    this.queue = new WorkQueue(world, options.ackWaitMs);
  }

  isUp(): boolean {
    return this.#isUp;
  }

  get lastSequence(): number {
    return this.#events.length;
  }

  append(subject: string, event: CloudEvent, expectedLast: number): AppendAnswer {
    const before = this.#sequenceById.get(event.id);
    if (before !== undefined) return { kind: 'stored', sequence: before };
    const last = this.#lastBySubject.get(subject)?.sequence ?? 0;
    if (last !== expectedLast && this.#options.checksExpectedSequence) {
      return { kind: 'conflict', follower: this.follower(subject, expectedLast) };
    }
    const storedEvent: StoredEvent = { subject, sequence: this.#events.length + 1, message: event };
    this.#events.push(storedEvent);
    this.#sequenceById.set(event.id, storedEvent.sequence);
    this.#lastBySubject.set(subject, storedEvent);
    this.onAppend?.(storedEvent);
    for (const follower of this.followers) follower(storedEvent);
    return { kind: 'stored', sequence: storedEvent.sequence };
  }

  follower(subject: string, expectedLast: number): StoredEvent | undefined {
    return this.#events.slice(expectedLast).find((event) => event.subject === subject);
  }

  readLast(subject: string): StoredEvent | undefined {
    return this.#lastBySubject.get(subject);
  }

  eventsAfter(sequence: number): readonly StoredEvent[] {
    return this.#events.slice(sequence);
  }

  sequenceOf(eventId: string): number | undefined {
    return this.#sequenceById.get(eventId);
  }

  /** The session that the event at this sequence assigns. */
  placedAt(sequence: number): SessionAssigned | undefined {
    const storedEvent = this.eventAt(sequence);
    const decoded = storedEvent && decodeSessionEvent(storedEvent.message);
    return decoded?.kind === 'placement' && decoded.event.type === 'session.assigned'
      ? decoded.event
      : undefined;
  }

  placements(): { readonly epoch: number; readonly placement: SessionAssigned }[] {
    return this.#events.flatMap(({ sequence }) => {
      const placement = this.placedAt(sequence);
      return placement ? [{ epoch: sequence, placement }] : [];
    });
  }

  newestSample(taskId: string): Sample | undefined {
    return this.#samples.get(`${taskId}.d${taskId}`);
  }

  eventAt(sequence: number): StoredEvent | undefined {
    return this.#events[sequence - 1];
  }

  putStatus(taskId: string, status: SessionLiveStatus): void {
    this.#status.set(statusKey(status.collector, taskId), [taskId, status]);
    for (const watcher of this.statusWatchers) watcher(taskId, status);
  }

  statuses(): Iterable<readonly [taskId: string, status: SessionLiveStatus]> {
    return this.#status.values();
  }

  putSample(source: string, sample: Sample): void {
    // The newest is the one that came last, whatever its tick. Readers pass over the words of former holders and of others.
    const key = `${sample.task}.${sample.device_id}`;
    const isHolders = source === sample.collector && this.placedAt(sample.epoch)?.collectorId === source;
    if (isHolders && sample.epoch >= (this.#samples.get(key)?.epoch ?? 0)) this.#samples.set(key, sample);
    this.onSample?.(source, sample);
  }

  putSent(sender: string, record: SentRecord): void {
    this.#sent.set(sender, record);
  }

  lastSample(taskId: string, deviceId: string): Sample | undefined {
    return this.#samples.get(`${taskId}.${deviceId}`);
  }

  /** Dies now and is back after `downMs`; what lay in memory is gone. */
  restart(downMs: number): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#world.tell('broker', `dies, back in ${(downMs / 1000).toFixed(1)} s`);
    this.#world.after(downMs, () => {
      this.#status.clear();
      if (!this.#options.keepsLeases) {
        this.buckets.COLLECTORS.forget();
        this.buckets.LEADER.forget();
      }
      this.#isUp = true;
      this.#world.tell('broker', 'is back');
      this.onRestarted?.();
    });
  }
}
