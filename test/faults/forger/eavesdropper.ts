import { decodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { SessionAssigned } from '@holdfast/shared/domain/placement/events.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { Random } from '../../world/random.ts';

export interface Placement extends SessionAssigned {
  readonly epoch: number;
}

/** A device that another collector reads, and a sample such as that one sends now. */
export interface Victim {
  readonly placement: Placement;
  readonly sample: Sample;
}

/** Everything that a collector's key lets it know of others: the log, the configurations, and its own samples of before. */
export class Eavesdropper {
  readonly #nc: NatsConnection;
  readonly #jsm: JetStreamManager;
  readonly #ownId: string;
  readonly placements: Placement[] = [];
  /** The last event of the log that it has read. */
  lastEvent = 0;
  readonly #snapshots = new Map<string, TaskConfig>();

  private constructor(nc: NatsConnection, jsm: JetStreamManager, ownId: string) {
    this.#nc = nc;
    this.#jsm = jsm;
    this.#ownId = ownId;
  }

  static async open(nc: NatsConnection, ownId: string): Promise<Eavesdropper> {
    return new Eavesdropper(nc, await jetstreamManager(nc, { checkAPI: false }), ownId);
  }

  async readLog(): Promise<void> {
    for (;;) {
      const message = await this.#message(streamNames.sessions, { seq: this.lastEvent + 1 });
      if (!message) return;
      this.lastEvent = message.seq;
      const decoded = decodeSessionEvent(jsonOf(message.string()));
      if (decoded.kind === 'placement' && decoded.event.type === 'session.assigned')
        this.placements.push({ ...decoded.event, epoch: message.seq });
    }
  }

  ownPlacements(): Placement[] {
    return this.placements.filter(({ collectorId }) => collectorId === this.#ownId);
  }

  /**
   * Chooses a device that another collector reads and the forger has read before; undefined where there is none.
   * @param onceOwn only of sessions that the forger itself had once
   */
  async victim(random: Random, onceOwn: boolean): Promise<Victim | undefined> {
    const current = new Map(this.placements.map((placement) => [placement.taskId, placement]));
    const own = new Set(this.ownPlacements().map(({ sessionId }) => sessionId));
    const others = [...current.values()].filter(
      ({ collectorId, sessionId }) => collectorId !== this.#ownId && (!onceOwn || own.has(sessionId)),
    );
    for (const placement of random.shuffled(others)) {
      const { taskId, sessionId: session, collectorId: collector, epoch } = placement;
      const device = random.pick((await this.snapshot(placement))?.devices ?? [undefined]);
      if (!device) continue;
      const filter = { last_by_subj: subjects.sample(this.#ownId, taskId, device.id) };
      const message = await this.#message(streamNames.samples, filter);
      const decoded = message && decodeSample(message.string());
      if (!decoded?.ok) continue;
      const { since_tick: _, through_tick: __, ...own } = decoded.sample;
      const tick = Math.floor(Date.now() / own.period_ms);
      return { placement, sample: { ...own, session, collector, epoch, tick, time: tick * own.period_ms } };
    }
    return undefined;
  }

  async snapshot({ taskId, configVersion }: Placement): Promise<TaskConfig | undefined> {
    const key = `${taskId}/${configVersion}`;
    const snapshot = this.#snapshots.get(key);
    if (snapshot) return snapshot;
    const loaded = await (await TaskConfigStore.open(this.#nc)).load(taskId, configVersion);
    if (loaded.ok) this.#snapshots.set(key, loaded.config);
    return loaded.ok ? loaded.config : undefined;
  }

  async #message(stream: string, query: { seq: number } | { last_by_subj: string }) {
    return (await this.#jsm.streams.getMessage(stream, query).catch(() => undefined)) ?? undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
