import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import { type Assigned, currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import { dueTimeLimit, timeLimitReason } from '@holdfast/shared/domain/session/time-limits.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { foldTask, newTaskState, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { SimBroker } from '../broker/sim-broker.ts';
import type { SimProcess } from '../kernel/process.ts';
import type { World } from '../kernel/world.ts';
import { registerOf } from '../reading-of-version.ts';
import type { CollectorLife, Runner } from '../services/sim-collector.ts';
import type { SupervisorLife } from '../services/sim-supervisor.ts';
import { LifecycleChain } from './lifecycle-chain.ts';
import { TimeLimitCheck } from './time-limit-check.ts';
import { VersionsInForce } from './versions-in-force.ts';

/** The tick from which on a collector reads a device. */
type ReadFrom = Pick<Sample, 'since_tick' | 'period_ms' | 'miss'>;

interface TaskRecord {
  state: TaskState;
  readonly chain: LifecycleChain;
  readonly versions: VersionsInForce;
  readonly limits: TimeLimitCheck;
  /** True time at which the placement ended, by epoch. */
  readonly endedAtMs: Map<number, number>;
  /** The processes that have asked the device, with an entry whenever another one began to. */
  readonly owners: { process: SimProcess; epoch: number }[];
  readonly inFlight: Set<{ process: SimProcess; epoch: number }>;
  lastRequest: { atMs: number; epoch: number } | undefined;
}

export interface RefereeOptions {
  readonly world: World;
  readonly broker: SimBroker;
  readonly leaseTtlMs: number;
  readonly collectors: () => Iterable<CollectorLife>;
  readonly supervisors: () => Iterable<SupervisorLife>;
}

/**
 * A collector that has been connected for so long must have heard that a placement has ended: two looks of its own at the
 * log (every 5 s) when deliveries stopped silently, each with an answer to wait for.
 */
const hearsOfItWithinMs = 14_000;
/** Largest difference of a process's clock from true time within a lease, in parts of it. */
const clockTolerance = 0.002;

/** Knows what is true and holds every step of every process against it. */
export class Referee {
  readonly #options: RefereeOptions;
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #rung = new Set<string>();

  constructor(options: RefereeOptions) {
    this.#options = options;
  }

  /** I2: the log is legal, event by event. */
  appended(storedEvent: StoredEvent): void {
    const { world } = this.#options;
    const taskId = parseSessionSubject(storedEvent.subject)?.taskId;
    const decoded = decodeSessionEvent(storedEvent.message);
    if (taskId === undefined || decoded.kind === 'unreadable') {
      world.violate(`I2: SESSIONS has an event that cannot be read at ${storedEvent.sequence}`);
      return;
    }
    const { event } = decoded;
    const task = this.#task(taskId);
    const before = current(task.state);
    world.tell('SESSIONS', () => {
      const { type, sessionId } = event;
      const who = 'collectorId' in event ? `${event.collectorId} (${event.reason})` : event.by;
      return `${storedEvent.sequence}: ${type} ${sessionId} ${who}`;
    });
    const limitProblem = task.limits.next(decoded, !world.wasClockSetBack);
    if (limitProblem) world.violate(`I2: sequence ${storedEvent.sequence}: ${limitProblem}`);
    if (decoded.kind === 'warning') world.note('warned of a time limit');
    if (event.type === 'session.stopped' && event.reason === timeLimitReason) {
      world.note('stopped at a time limit');
    }
    if (decoded.kind === 'lifecycle') {
      task.versions.appended(decoded.event, Date.parse(decoded.metadata.time), world.nowMs);
      if (decoded.event.type === 'session.reconfigured') {
        const { cause, from, configVersion } = decoded.event;
        world.note(`reconfigured: ${cause}`);
        const isAlike = registerOf(from.configVersion) === registerOf(configVersion);
        if (isAlike) world.note('reconfigured without touching the device');
      }
      const problem = task.chain.next(decoded.event);
      if (problem) world.violate(`I2: sequence ${storedEvent.sequence} of task ${taskId}: ${problem}`);
      if (decoded.event.type === 'session.failed') world.note('session failed after refusals');
      if (before && this.#isCutOff(before.collectorId)) {
        world.note(`${decoded.event.type} while the holder is cut off`);
      }
    }
    task.state = foldTask(task.state, storedEvent);
    const after = current(task.state);
    if (before && before.epoch !== after?.epoch) task.endedAtMs.set(before.epoch, world.nowMs);
    if (event.type === 'session.assigned') {
      if (before && before.collectorId !== event.collectorId) {
        world.note('failover');
        if (this.#isCutOff(before.collectorId))
          world.note('failover during a partition of the former holder');
        if (this.#isPaused(before.collectorId)) world.note('failover while the former holder stands still');
      }
      if (!after) world.note('assigned after the session had ended');
    }
    this.#watchLeaders();
  }

  /** Design 4.3: the bell is rung only for a placement that stands in the log. */
  published(process: SimProcess, collectorId: string, assignment: Assignment): void {
    const { world, broker } = this.#options;
    const { task_id: taskId, epoch } = assignment;
    const storedEvent = broker.eventAt(epoch);
    const decoded = storedEvent && decodeSessionEvent(storedEvent.message);
    const event = decoded?.kind === 'placement' ? decoded.event : undefined;
    if (event?.type !== 'session.assigned' || event.taskId !== taskId || event.collectorId !== collectorId) {
      world.violate(
        `4.3: ${process.instance} rings at ${collectorId} for epoch ${epoch}, which the log does not have`,
      );
      return;
    }
    const key = `${collectorId}.${taskId}.${epoch}`;
    if (this.#rung.has(key)) world.note('rung again');
    this.#rung.add(key);
    if (this.#task(taskId).state.lastPlacement > epoch) world.note('rung for a former epoch');
    this.#watchLeaders();
  }

  /** A collector is handed a message. */
  offered(taskId: string, epoch: number): void {
    const { state } = this.#task(taskId);
    if (current(state)?.epoch === epoch) return;
    const isReplaced = state.lastPlacement > epoch;
    this.#options.world.note(
      isReplaced ? 'message of a former epoch comes late' : 'message of an ended session comes',
    );
  }

  leaderHeld(process: SimProcess): void {
    process.tell('leads');
    this.#watchLeaders();
  }

  /**
   * I5, I6 and C1, at the moment at which a request leaves for the device.
   * @param register of the request, which shows the version of the configuration
   * @returns to be called when the device is done with it
   */
  requestStarted(process: SimProcess, taskId: string, register: number): () => void {
    const { world, leaseTtlMs } = this.#options;
    const task = this.#task(taskId);
    const life = [...this.#options.collectors()].find((collector) => collector.process === process);
    const runner = life?.runner(taskId);
    if (!life || !runner)
      throw new Error(`${process.instance} asks the device of task ${taskId} without a session`);
    const { epoch } = runner;
    const now = world.nowMs;
    const who = `${process.instance} asks the device of ${runner.sessionId} under epoch ${epoch}`;
    process.tell(() => `asks device of ${runner.sessionId}, epoch ${epoch}`);

    const lateMs = now - life.leaseSentAtMs() - leaseTtlMs * (1 + clockTolerance) - 1;
    if (lateMs > 0) world.violate(`I6: ${who} ${lateMs.toFixed(0)} ms after its lease was over`);
    this.#checkPlacement(task, life, runner, who);
    this.#checkAlone(task, life, taskId, epoch, who);
    this.#checkVersion(task, life, runner.sessionId, register, who);

    task.lastRequest = { atMs: now, epoch };
    const owner = task.owners.at(-1);
    if (owner && owner.process !== process && owner.epoch === epoch) {
      world.note(
        owner.process.isAlive
          ? 'another process under the same id goes on with a session'
          : 'a restarted collector goes on with a session',
      );
    }
    if (owner?.process !== process || owner.epoch !== epoch) task.owners.push({ process, epoch });
    const request = { process, epoch };
    task.inFlight.add(request);
    return () => task.inFlight.delete(request);
  }

  /**
   * C2: the reader of a session's device for one runner goes on, whatever changes, while all versions read the same.
   * @returns a function to call with each sample of the runner
   */
  readsFor(process: SimProcess, taskId: string, { sessionId }: Runner): (sample: ReadFrom) => void {
    const { world } = this.#options;
    const task = this.#task(taskId);
    let began: { readonly sinceMs: number; readonly nowMs: number; readonly wallMs: number } | undefined;
    return ({ since_tick: since = 0, period_ms: periodMs, miss }) => {
      // Reports ticks that were not read.
      if (miss?.cause === 'lease_lost') return;
      const sinceMs = since * periodMs;
      if (began?.sinceMs === sinceMs) return;
      const isAlike = began && !process.wasClockSet && task.versions.isAlikeSince(sessionId, began);
      if (isAlike) {
        const who = `${process.instance} begins to read the device of ${sessionId} anew`;
        world.violate(`C2: ${who} from tick ${since} on, and no change touches it`);
      }
      began = { sinceMs, nowMs: world.nowMs, wallMs: process.clock.wallMs() };
    };
  }

  /** I4: what is still wrong with the tasks; empty when everything is as the log says. */
  unsettled(withinMs: number, canRun: (state: TaskState) => boolean): string[] {
    const { world } = this.#options;
    const problems: string[] = [];
    for (const [taskId, { state, lastRequest }] of this.#tasks) {
      const isPolled = lastRequest !== undefined && world.nowMs - lastRequest.atMs <= withinMs;
      const placement = current(state);
      if (state.session.status !== 'running') {
        if (isPolled) problems.push(`task ${taskId} is ${state.session.status} and polled`);
      } else if (canRun(state) && !(isPolled && placement && lastRequest?.epoch === placement.epoch)) {
        const holder = placement
          ? `placed at ${placement.collectorId}, epoch ${placement.epoch}`
          : 'unplaced';
        problems.push(`task ${taskId} runs, ${holder}, and is not polled`);
      }
    }
    return problems;
  }

  /** Sessions that have passed their hard limit by the clock of each supervisor, whichever leads, and go on. */
  overdue(): string[] {
    const clocks = [...this.#options.supervisors()].map(({ process }) => process.clock.wallMs());
    const wallMs = Math.min(...clocks);
    return this.taskStates().flatMap(({ taskId, session }) =>
      dueTimeLimit(session, true, wallMs) === 'hard'
        ? [`task ${taskId} is ${session.status} and past its hard time limit`]
        : [],
    );
  }

  taskStates(): TaskState[] {
    return [...this.#tasks.values()].map(({ state }) => state);
  }

  /** Whether some running session has no holder, or one that is about to let go. */
  isHandingOver(): boolean {
    const draining = new Set<string>();
    for (const life of this.#options.collectors()) if (life.isDraining) draining.add(life.collectorId);
    return this.taskStates().some((state) => {
      if (state.session.status !== 'running' || state.lastPlacement === 0) return false;
      const placement = current(state);
      return !placement || draining.has(placement.collectorId);
    });
  }

  #checkPlacement(task: TaskRecord, life: CollectorLife, { epoch }: Runner, who: string): void {
    const { world } = this.#options;
    const now = world.nowMs;
    const placement = current(task.state);
    if (placement?.epoch === epoch && placement.collectorId === life.collectorId) return;
    const endedAtMs = task.endedAtMs.get(epoch);
    if (endedAtMs === undefined) {
      world.violate(`I5: ${who}, which never was the session's placement`);
      return;
    }
    world.note('request after the placement had ended, before the collector heard of it');
    // The latest time at which anything may have kept the news from it.
    const couldHearSinceMs = Math.max(endedAtMs, life.link.faultlessSinceMs, life.process.lastPausedAtMs);
    if (now - couldHearSinceMs > hearsOfItWithinMs) {
      world.violate(
        `I5: ${who}, which ended ${(now - endedAtMs).toFixed(0)} ms ago; its connection was good for ${(now - couldHearSinceMs).toFixed(0)} ms`,
      );
    }
  }

  /** C1: a tick is read by the version that is in force at its scheduled time, once the holder may have heard of it. */
  #checkVersion(
    task: TaskRecord,
    life: CollectorLife,
    sessionId: string,
    register: number,
    who: string,
  ): void {
    const { world } = this.#options;
    if (life.process.wasClockSet) return;
    const verdict = task.versions.judge(sessionId, register, life.process.clock.wallMs());
    if (verdict === 'in_force') return;
    if (verdict === 'never' || verdict === 'early') {
      world.violate(
        `C1: ${who} for register ${register}, whose version is ${verdict === 'early' ? 'not' : 'never'} in force`,
      );
      return;
    }
    world.note('request by a former version, before the collector heard of the change');
    const couldHearSinceMs = Math.max(verdict, life.link.faultlessSinceMs, life.process.lastPausedAtMs);
    if (world.nowMs - couldHearSinceMs > hearsOfItWithinMs) {
      world.violate(`C1: ${who} for register ${register}, whose version the session has not had for long`);
    }
  }

  /** Checks that no other collector asks the task's device, may do so by its own belief, or will again. */
  #checkAlone(task: TaskRecord, life: CollectorLife, taskId: string, epoch: number, who: string): void {
    const { world } = this.#options;
    const { process } = life;
    for (const other of task.inFlight) {
      if (other.process === process) continue;
      world.violate(
        `I5: ${who} while the device still works for ${other.process.instance}, epoch ${other.epoch}`,
      );
    }
    const last = task.owners.at(-1);
    // Under one epoch two processes of one collector id may follow one another as their lease goes to and fro.
    const isBehind =
      last && (epoch < last.epoch || (epoch === last.epoch && process.name !== last.process.name));
    if (last && last.process !== process && isBehind) {
      world.violate(`I5: ${who} after ${last.process.instance} asked under epoch ${last.epoch}`);
    }
    for (const other of this.#options.collectors()) {
      if (other.process === process || !other.process.isAlive) continue;
      const runner = other.runner(taskId);
      if (!runner || runner.isStopping() || !other.mayPoll()) continue;
      world.violate(
        `I5: ${who} while ${other.process.instance} runs ${runner.sessionId} under epoch ${runner.epoch} and holds its lease`,
      );
    }
  }

  #watchLeaders(): void {
    const leading = [...this.#options.supervisors()].filter((supervisor) => supervisor.leads());
    if (leading.length > 1) this.#options.world.note('two leaders at once');
  }

  #isCutOff(collectorId: string): boolean {
    return this.#livesOf(collectorId).some(({ link, process }) => process.isAlive && link.isCut);
  }

  #isPaused(collectorId: string): boolean {
    return this.#livesOf(collectorId).some(({ process }) => process.isPaused);
  }

  #livesOf(collectorId: string): CollectorLife[] {
    return [...this.#options.collectors()].filter((life) => life.collectorId === collectorId);
  }

  #task(taskId: string): TaskRecord {
    const existing = this.#tasks.get(taskId);
    if (existing) return existing;
    const task: TaskRecord = {
      state: newTaskState(taskId),
      chain: new LifecycleChain(taskId),
      versions: new VersionsInForce(),
      limits: new TimeLimitCheck(),
      endedAtMs: new Map(),
      owners: [],
      inFlight: new Set(),
      lastRequest: undefined,
    };
    this.#tasks.set(taskId, task);
    return task;
  }
}

function current(state: TaskState): Assigned | undefined {
  return currentPlacement(state.session, state.placement);
}
