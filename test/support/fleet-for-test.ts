import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { type Assigned, currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import { onTestFinished, TestRunner } from 'vitest';
import { cleanUpOfWhatFollows } from './cleanup.ts';
import { eventually } from './eventually.ts';
import { natsForTest } from './nats-for-test.ts';
import { type PlantForTest, plantForTest } from './plant-for-test.ts';
import { type ServiceName, startService, testLease } from './service-processes.ts';
import { type LoggedEvent, type SessionLogForTest, sessionLogForTest } from './session-log.ts';

/** A broker, a plant and what a test asks about sessions; services are started by the test itself. */
export interface FleetForTest {
  readonly nats: NatsServer;
  readonly log: SessionLogForTest;
  readonly plant: PlantForTest;
  start(service: ServiceName, settings?: Record<string, string>): ReturnType<typeof startService>;
  collector(id: string, settings?: Record<string, string>): ReturnType<typeof startService>;
  /** Asks the first process of the service that was started here to end, and waits for it. */
  stopFirst(service: ServiceName): Promise<void>;
  placement(taskId: string): Promise<Assigned | undefined>;
  /** Waits until the task's session is placed, on this collector and above this epoch where they are given. */
  placed(taskId: string, where?: { on?: string; above?: number }): Promise<Assigned>;
  /** Waits for samples with values, read under exactly this epoch. */
  sampled(sessionId: string, epoch: number, count?: number): Promise<Sample[]>;
  /** Types of all events, oldest first. */
  eventTypes(): Promise<string[]>;
  events(): Promise<LoggedEvent[]>;
}

/**
 * A fleet that is stopped, with all its services, when the test that calls this is over: the fleets of ten earlier tests
 * would leave the last one too little of the machine. Called outside a test, it is stopped when the file is over.
 */
export async function fleetForTest(
  deviceCodes: readonly string[],
  lease: Readonly<Record<keyof typeof testLease, string>> = testLease,
): Promise<FleetForTest> {
  if (TestRunner.getCurrentTest() !== undefined) onTestFinished(cleanUpOfWhatFollows());
  const nats = await natsForTest();
  const log = await sessionLogForTest(nats.url);
  const plant = await plantForTest(deviceCodes);
  const common = { NATS_URL: nats.url, ...lease };
  const placement = async (taskId: string) => {
    const task = await log.task(taskId);
    return currentPlacement(task.session, task.placement);
  };
  const started = new Map<ServiceName, RunningProcess>();
  const start = async (service: ServiceName, settings: Record<string, string> = {}) => {
    const running = await startService(service, { ...common, ...settings });
    if (!started.has(service)) started.set(service, running);
    return running;
  };
  return {
    nats,
    log,
    plant,
    start,
    collector: (id, settings = {}) => start('collector', { COLLECTOR_ID: id, ...settings }),
    stopFirst: async (service) => {
      await started.get(service)?.stop();
    },
    placement,
    placed: (taskId, { on, above = 0 } = {}) =>
      eventually(
        async () => {
          const now = await placement(taskId);
          return now && now.epoch > above && (on === undefined || now.collectorId === on) && now;
        },
        {
          what: `task ${taskId} to be placed${on ? ` on ${on}` : ''} above epoch ${above}`,
        },
      ),
    sampled: (sessionId, epoch, count = 3) =>
      eventually(
        async () => {
          const samples = (await log.samples()).filter(
            (sample) => sample.session === sessionId && sample.epoch === epoch && sample.values,
          );
          return samples.length >= count && samples;
        },
        { what: `${count} samples of ${sessionId} under epoch ${epoch}`, intervalMs: 100 },
      ),
    events: () => log.events(),
    eventTypes: async () =>
      (await log.events()).map(({ decoded }) =>
        decoded.kind === 'unreadable' ? 'unreadable' : decoded.event.type,
      ),
  };
}
