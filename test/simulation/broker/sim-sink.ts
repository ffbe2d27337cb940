import { type Sample, sampleMessageId } from '@holdfast/shared/contracts/sample/sample.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { EpochBook, type LoggedAt } from '@holdfast/shared/sessions/epoch-book.ts';
import { Admission } from '../../../services/writer/src/admission/admission.ts';
import { Gate, type GateVerdict } from '../../../services/writer/src/admission/gate.ts';
import { PostponedSamples } from '../../../services/writer/src/admission/postponed-samples.ts';
import { SessionVersions } from '../../../services/writer/src/admission/session-versions.ts';
import { EpochFence, type FenceVerdict } from '../../../services/writer/src/fencing/epoch-fence.ts';
import type { SampleMessage } from '../../../services/writer/src/ports.ts';
import type { PlantedBug } from '../faults/planted-bugs.ts';
import type { World } from '../kernel/world.ts';
import type { SimBroker } from './sim-broker.ts';

interface Published {
  readonly epoch: number;
  /** Scheduled time of the first tick for which its first message answers. */
  readonly firstMs: number;
}

/** A message whose epoch the log has not come to is delivered again after this time, as in services/writer/src/composition/start.ts. */
const earlyAgainMs = 2_000;
const earlyAtMost = 100;

/**
 * SAMPLES and a writer behind it, which takes each message at once: what it takes and what it rejects. Next to it
 * the right verdict is worked out from the messages and the log alone.
 */
export class SimSink {
  readonly #world: World;
  readonly #broker: SimBroker;
  readonly #bugs: readonly PlantedBug[];
  readonly #gate: Gate;
  readonly #fence = new EpochFence();
  readonly #ids = new Set<string>();
  #sequence = 0;
  /** Messages are judged one after the other, in the order of the stream; all of that happens before the next event of the world. */
  #judging: Promise<void> = Promise.resolve();
  readonly #never = new AbortController().signal;
  /** By session, the highest epoch that was published. */
  readonly #highest = new Map<string, number>();
  /** By session and device. */
  readonly #published = new Map<string, Published[]>();

  constructor(world: World, broker: SimBroker, bugs: readonly PlantedBug[]) {
    this.#world = world;
    this.#broker = broker;
    this.#bugs = bugs;
    const nowMs = () => world.nowMs;
    const load = async (taskId: string, version: number) => {
      const config = broker.configs.get(`${taskId}/${version}`);
      return config ? ({ ok: true, config } as const) : ({ ok: false, problem: 'it is missing' } as const);
    };
    this.#gate = new Gate({
      admission: new Admission({
        epochs: new EpochBook({ lookUp: async (epoch) => this.#loggedAt(epoch), nowMs }),
        snapshots: { load },
        versions: new SessionVersions(async (taskId, after) =>
          broker.follower(subjects.lifecycle(taskId), after),
        ),
      }),
      early: new PostponedSamples({ atMost: earlyAtMost, nowMs }),
      outage: { failed: () => undefined, worked: () => undefined },
    });
  }

  /** @param source the collector on whose subject it is */
  take(source: string, sample: Sample): void {
    // A repeat within the window of the stream. An id that another publisher has used up does not matter: see `SamplePublisher`.
    const id = `${source} ${sampleMessageId(sample)}`;
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#sequence += 1;
    this.#deliver(source, sample, this.#sequence, 1);
  }

  #deliver(source: string, sample: Sample, sequence: number, delivery: number): void {
    this.#judging = this.#judging.then(async () => {
      const verdict = await this.#admission(source, sample, sequence);
      if (verdict === 'early') {
        this.#world.after(earlyAgainMs, () => this.#deliver(source, sample, sequence, delivery + 1));
      } else if (this.#isHolders(source, sample)) this.#judge(sample, sequence, verdict === 'admitted');
      else if (verdict === 'admitted' && this.#fenced(sample, sequence).admitted) {
        const { session, tick, epoch } = sample;
        this.#world.violate(
          `I6: tick ${tick} of ${session} under epoch ${epoch}, which ${source} made up, is stored`,
        );
      } else if (delivery > 1) this.#world.note('forged sample turned away after a wait for the log');
    });
  }

  /** The verdict of the writer's own parts. */
  async #admission(source: string, sample: Sample, seq: number): Promise<GateVerdict['kind']> {
    if (this.#bugs.includes('samples_believed')) return 'admitted';
    const subject = subjects.sample(source, sample.task, sample.device_id);
    const body = JSON.stringify(sample);
    const message: SampleMessage = {
      seq,
      subject,
      data: new Uint8Array(),
      time: new Date(0),
      string: () => body,
    };
    const [verdict] = await this.#gate.judge([{ message, claim: sample }], this.#never);
    return verdict?.kind ?? 'rejected';
  }

  #judge(sample: Sample, sequence: number, isBelieved: boolean): void {
    const isAdmitted = isBelieved && this.#fenced(sample, sequence).admitted;
    const isLate = this.#isLate(sample);
    if (isLate) this.#world.note(isAdmitted ? 'late reading stored' : 'late reading fenced');
    if (isAdmitted !== this.#isBeforeAllLater(sample)) {
      const what = isAdmitted ? 'is stored, though a later holder answers for it' : 'is thrown away';
      this.#world.violate(
        `I6: tick ${sample.tick} of ${sample.session}, read under epoch ${sample.epoch}, ${what}`,
      );
    }
    this.#remember(sample);
  }

  #fenced(sample: Sample, sequence: number): FenceVerdict {
    if (this.#bugs.includes('late_readings_taken')) return { admitted: true };
    if (this.#bugs.includes('late_readings_lost') && this.#isLate(sample)) {
      return { admitted: false, fencedBy: this.#highest.get(sample.session) ?? 0 };
    }
    // The bug compares ticks of all lengths by their numbers.
    if (this.#bugs.includes('ticks_by_number'))
      return this.#fence.judge({ ...sample, period_ms: 1 }, sequence);
    return this.#fence.judge(sample, sequence);
  }

  /** Whether the log gave the session to the one that published the sample. */
  #isHolders(source: string, { collector, session, task, epoch }: Sample): boolean {
    const placement = this.#broker.placedAt(epoch);
    return (
      source === collector &&
      placement?.collectorId === collector &&
      placement.sessionId === session &&
      placement.taskId === task
    );
  }

  #loggedAt(epoch: number): LoggedAt {
    const placement = this.#broker.placedAt(epoch);
    if (placement) return { kind: 'placed', placement, sinceMs: 0 };
    return { kind: epoch > this.#broker.lastSequence ? 'ahead' : 'other' };
  }

  #isLate({ session, epoch }: Sample): boolean {
    return epoch < (this.#highest.get(session) ?? 0);
  }

  #isBeforeAllLater({ session, device, epoch, tick, through_tick = tick, period_ms }: Sample): boolean {
    const later = (this.#published.get(`${session}/${device}`) ?? []).filter((other) => other.epoch > epoch);
    return later.every(({ firstMs }) => through_tick * period_ms < firstMs);
  }

  #remember({ session, device, epoch, tick, since_tick = tick, period_ms }: Sample): void {
    const key = `${session}/${device}`;
    const published = this.#published.get(key) ?? [];
    this.#published.set(key, published);
    if (!published.some((other) => other.epoch === epoch)) {
      published.push({ epoch, firstMs: Math.min(tick, since_tick) * period_ms });
    }
    this.#highest.set(session, Math.max(epoch, this.#highest.get(session) ?? 0));
  }
}
