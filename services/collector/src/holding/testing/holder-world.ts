import { deviceOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { OutgoingSample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { newTaskState, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { Endpoints } from '../../polling/endpoints.ts';
import { SessionRunner } from '../../polling/session-runner.ts';
import { SteadyClock } from '../../polling/steady-clock.ts';
import { modbusOver } from '../../polling/testing/modbus-links.ts';
import { ScriptedBus } from '../../polling/testing/scripted-bus.ts';
import type { AssignmentHandle, LastTick, LoadedConfig } from '../../ports.ts';
import { TaskHolder } from '../task-holder.ts';

export const session = {
  sessionId: '7-1',
  taskId: '7',
  taskCode: 'press-hall',
  configVersion: 1,
  startedAt: '2025-03-01T06:00:00.000Z',
};

export function stateHeldBy(collectorId: string, epoch: number): TaskState {
  return {
    ...newTaskState('7'),
    session: { status: 'running', session, runningSince: 10 },
    placement: {
      situation: 'assigned',
      sessionId: '7-1',
      collectorId,
      epoch,
      configVersion: 1,
      reason: 'start',
      refusals: 0,
    },
    lastLifecycle: 10,
    lastPlacement: epoch,
  };
}

/** A holder of task 7 in simulated time, with a device, a log and a broker that behave as the test says. */
export class HolderWorld {
  readonly time = new FakeTime();
  readonly process = new FakeProcess(this.time);
  readonly bus = new ScriptedBus(this.time);
  /** Everything that happened at the device and in the broker, in order. */
  readonly statuses: SessionLiveStatus[] = [];
  readonly answered: string[] = [];
  readonly epochsPolled: number[] = [];
  readonly samples: OutgoingSample[] = [];
  truth: TaskState = stateHeldBy('A', 20);
  config: LoadedConfig = {
    ok: true,
    config: {
      schema_version: 3,
      task_id: '7',
      task_code: 'press-hall',
      task_name: '',
      config_version: 1,
      period_ms: 1_000,
      devices: [deviceOf()],
    },
  };
  /** Configurations by version; any other version has `config`. */
  readonly versions = new Map<number, LoadedConfig>();
  lastTicks: Readonly<Record<string, LastTick>> = {};
  /** The devices that answer, as given to the latest runner. */
  answering: ReadonlySet<string> | undefined;
  loadMs = 5;
  /** While this is set, questions wait in it for their turn. */
  turns: (() => void)[] | undefined;
  readonly questions: string[] = [];
  readonly askedUnder: number[] = [];
  /** Ticks of samples recorded as those of other senders; and epochs that were declared over. */
  readonly foundTicks: number[] = [];
  readonly ended: number[] = [];
  /** Epochs whose sources were let go for good. */
  readonly forgotten: number[] = [];
  onFound: () => void = () => undefined;
  /** Whether writes of the live state get no answer. */
  isStatusLost = false;
  mayPoll = true;
  voidUpTo = 0;
  readonly holder = new TaskHolder({
    taskId: '7',
    collectorId: 'A',
    instance: 'one',
    truth: { load: () => this.#later(() => this.truth) },
    configs: { load: (_, version) => this.#later(() => this.versions.get(version) ?? this.config) },
    samples: {
      last: (_task, deviceId, under) => {
        this.questions.push(deviceId);
        this.askedUnder.push(under);
        return this.#later(() => this.lastTicks[deviceId]);
      },
    },
    sent: {
      recordFormer: (samples) =>
        this.#later(() => {
          this.foundTicks.push(...samples.map(({ tick }) => tick));
          this.onFound();
        }),
      ended: (_session, epoch) => void this.ended.push(epoch),
    },
    inTurn: async (question) => {
      if (this.turns) await new Promise<void>((resolve) => this.turns?.push(resolve));
      return question();
    },
    liveStatus: {
      write: async (_, status) => {
        if (this.isStatusLost) await new Promise(() => undefined);
        this.statuses.push(status);
      },
    },
    timers: this.process.timers,
    clock: this.process.clock,
    log: createLogger('test', 'silent'),
    voidUpTo: () => this.voidUpTo,
    mayPoll: () => this.mayPoll,
    flushSamples: () => this.#later(() => undefined),
    createRunner: (assignment, config) => {
      const runner = new SessionRunner({
        sessionId: assignment.session_id,
        epoch: assignment.epoch,
        collectorId: 'A',
        config,
        placedVersion: assignment.config_version,
        endpoints: new Endpoints(modbusOver(() => this.bus)),
        clock: new SteadyClock(this.process.clock),
        timers: this.process.timers,
        backoff: { firstMs: 1_000, maxMs: 1_000 },
        permission: () => this.mayPoll,
        jitter: () => 0,
        onSample: (sample) => {
          this.epochsPolled.push(sample.epoch);
          this.samples.push(sample);
        },
        onHealth: () => undefined,
      });
      const start = runner.start.bind(runner);
      runner.start = (firstMs, answering, lastReads) => {
        this.answering = answering;
        start(firstMs, answering, lastReads);
      };
      runner.forgetAtSources = async () => void this.forgotten.push(assignment.epoch);
      return runner;
    },
  });

  ring(epoch: number): void {
    this.holder.offer(this.#handle(epoch));
  }

  /** The log shows the placement, whose message is on its way. */
  prepare(epoch: number): void {
    this.holder.prepare(this.#assignment(epoch));
  }

  #assignment(epoch: number): Assignment {
    return { v: 1, session_id: '7-1', task_id: '7', config_version: 1, epoch };
  }

  #handle(epoch: number): AssignmentHandle {
    const assignment = this.#assignment(epoch);
    return {
      taskId: '7',
      assignment,
      keepAlive: () => undefined,
      done: async () => void this.answered.push(`done ${epoch}`),
      giveBack: () => void this.answered.push(`given back ${epoch}`),
    };
  }

  #later<T>(answer: () => T): Promise<T> {
    return new Promise((resolve) => this.time.after(this.loadMs, () => resolve(answer())));
  }
}
