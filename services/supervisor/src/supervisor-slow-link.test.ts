import { encodeSessionEvent, type SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import { AssignmentCache } from './assignment-cache.ts';
import { EndpointAddresses } from './endpoint-addresses.ts';
import type { FleetWatch } from './fleet-watch.ts';
import type { LeadChoice } from './lead-choice.ts';
import type { ActionPerformer } from './perform-action.ts';
import type { SessionLog } from './ports.ts';
import { fleet } from './reconcile/testing/planned.ts';
import { Supervisor } from './supervisor.ts';
import { TaskBook } from './task-book.ts';
import type { WaitingReport } from './waiting-report.ts';

const logger = createLogger('test', 'silent');

/** A leading supervisor with one collector, whose questions to the broker take as long as the test says. */
class SlowWorld {
  readonly time = new FakeTime();
  readonly process = new FakeProcess(this.time);
  answerMs: number;
  /** Tasks whose sessions were to be assigned, in order; none of the assignments is ever confirmed. */
  readonly assigned: string[] = [];
  #sequence = 0;
  #looks = 0;
  readonly #supervisor: Supervisor;

  constructor({ answerMs = 1 } = {}) {
    this.answerMs = answerMs;
    const { clock, timers } = this.process;
    const log: SessionLog = {
      appliedSequence: () => this.#sequence,
      reached: async () => undefined,
      verify: () => this.#later(() => this.#sequence),
    };
    const fleetWatch: Partial<FleetWatch> = {
      look: () =>
        this.#later(() => {
          this.#looks += 1;
        }),
      beat: () => undefined,
      fleet: () => fleet({ A: 'alive' }),
      hasUnproven: () => false,
      nextDeathInMs: () => Number.POSITIVE_INFINITY,
      unchangedForMs: () => 0,
      brokerUnusable: () => undefined,
      silentForMs: () => 0,
    };
    const outbox = {
      publish: async () => undefined,
      remove: async () => undefined,
      list: () => this.#later(() => new Set<string>()),
      has: async () => false,
    };
    const assignments = new AssignmentCache(outbox, clock);
    const nothing = () => undefined;
    const choice = { passBegan: nothing, progressed: nothing, passEnded: nothing, passFailed: nothing };
    this.#supervisor = new Supervisor({
      book: new TaskBook(logger, clock),
      fleetWatch: fleetWatch as FleetWatch,
      assignments,
      performer: {
        perform: (action: Parameters<ActionPerformer['perform']>[0]) => {
          if (action.type === 'assign') this.assigned.push(action.task.taskId);
          return new Promise(() => undefined);
        },
      } as ActionPerformer,
      addresses: new EndpointAddresses({ collectors: { addressesOf: async () => ({}) }, clock, log: logger }),
      waitingReport: { report: async () => undefined, forget: nothing } as unknown as WaitingReport,
      ...{ clock, timers, logger },
      reconcileIntervalMs: 2_000,
      recoveryDisabled: false,
      rebalancing: { minHoldMs: 1_000, settleMs: 1_000, maxMoves: 0 },
      leadership: { isHeld: () => true, sawOtherHolder: () => false },
      choice: { ...choice, mayLead: () => true } as unknown as LeadChoice,
      logState: () => 'sound',
    });
    this.#supervisor.start(log);
  }

  get looks(): number {
    return this.#looks;
  }

  starts(taskId: string): void {
    this.#sequence += 1;
    const session = { sessionId: `${taskId}-1`, taskId, taskCode: 'press', configVersion: 1 };
    const startedAt = '2025-03-01T06:00:00.000Z';
    const event: SessionLogEvent = {
      ...{ type: 'session.started', ...session, startedAt, by: 'li', metadata: {} },
    };
    const message = encodeSessionEvent(event, { id: 'x', time: startedAt, source: '/test' });
    this.#supervisor.apply({ subject: subjects.lifecycle(taskId), sequence: this.#sequence, message });
  }

  #later<T>(answer: () => T): Promise<T> {
    return new Promise((resolve) => this.time.after(this.answerMs, () => resolve(answer())));
  }
}

describe('over a link on which answers take seconds', () => {
  it('a session is assigned while the supervisor waits for answers of its look', async () => {
    const world = new SlowWorld();
    await world.time.advance(1_000);
    world.answerMs = 60_000;
    world.starts('7');
    const { looks } = world;
    await world.time.advance(1_000);
    expect([world.assigned, world.looks]).toEqual([['7'], looks]);
  });

  it('a session is assigned while another one’s assignment is under way, and none is assigned twice', async () => {
    const world = new SlowWorld();
    await world.time.advance(1_000);
    world.starts('7');
    await world.time.advance(1_000);
    world.starts('8');
    await world.time.advance(60_000);
    expect(world.assigned).toEqual(['7', '8']);
  });

  it('nothing is assigned before a first look is complete', async () => {
    const world = new SlowWorld({ answerMs: 5_000 });
    world.starts('7');
    await world.time.advance(4_000);
    expect(world.assigned).toEqual([]);
    await world.time.advance(2_000);
    expect(world.assigned).toEqual(['7']);
  });
});
