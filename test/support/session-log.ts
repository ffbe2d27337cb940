import { specs } from '@holdfast/drivers/specs.ts';
import { decodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { type DecodedSessionEvent, decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { SessionCommand } from '@holdfast/shared/domain/session/commands.ts';
import type { MaxDuration } from '@holdfast/shared/domain/session/time-limits.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { KvWaitingBoard } from '@holdfast/shared/jetstream/boards/waiting-board.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { readSampleBacklog } from '@holdfast/shared/jetstream/samples/sample-backlog.ts';
import { AssignmentOutbox } from '@holdfast/shared/jetstream/sessions/assignment-outbox.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { handleCommand } from '@holdfast/shared/sessions/handle-command.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import { sessionNeeds } from '@holdfast/shared/sessions/session-needs.ts';
import { Objm } from '@nats-io/obj';
import { cleanUpAfterFile } from './cleanup.ts';

export interface LoggedEvent {
  readonly sequence: number;
  readonly subject: string;
  readonly decoded: DecodedSessionEvent;
}

/** The test's own eye and hand on the broker: it reads the recorded data and gives commands like the API. */
export async function sessionLogForTest(natsUrl: string) {
  const connection = await connectNats({ url: natsUrl, name: 'test', log: createLogger('test', 'fatal') });
  cleanUpAfterFile(() => connection.nc.close());
  const { nc } = connection;
  await ensureStreams(nc, {
    sessionsMaxBytes: 64 * 1024 * 1024,
    samplesMaxBytes: 64 * 1024 * 1024,
    samplesMaxAgeHours: 24,
    replicas: 1,
  });
  const store = await JetStreamEventStore.open(nc);
  const configs = await TaskConfigStore.open(nc);
  const leases = await KvLeaseStore.open(nc, bucketNames.collectors);
  const board = await KvWaitingBoard.open(nc);
  const outbox = await AssignmentOutbox.open(nc);
  let commands = 0;

  const command = async (taskId: string, sessionCommand: SessionCommand) => {
    commands += 1;
    const outcome = await handleCommand(store, taskId, sessionCommand, {
      commandId: `test-${process.pid}-${commands}`,
      source: '/holdfast/test',
      now: new Date().toISOString(),
    });
    if (!outcome.ok) throw new Error(`${sessionCommand.type} refused: ${outcome.refusal.code}`);
    return outcome;
  };

  const changeTo = async (sessionId: string, config: TaskConfig): Promise<number> => {
    const { session } = await loadTask(store, config.task_id);
    if (session.status === 'never_started') throw new Error(`there is no session ${sessionId}`);
    const outcome = await command(config.task_id, {
      ...{ type: 'ReconfigureSession', sessionId, by: 'test', reason: 'test' },
      fromVersion: session.session.configVersion,
      configVersion: config.config_version,
      needs: sessionNeeds(config, specs),
      change: { added: 0, removed: 0, changed: 1, codes: [] },
      now: new Date().toISOString(),
    });
    const { state } = outcome;
    return state.status === 'running' && state.change ? Date.parse(state.change.effectiveAt) : 0;
  };

  return {
    nc,
    store,
    /** Makes the snapshot go missing, as a damaged or half-restored store would. */
    removeConfig: async (taskId: string, version: number) => {
      await (await new Objm(nc).open(bucketNames.taskConfigs)).delete(`${taskId}/${version}`);
    },
    /** Stores the configuration and starts the task's session; returns the session id. */
    start: async (config: TaskConfig, maxDuration: MaxDuration = {}): Promise<string> => {
      await configs.put(config);
      const outcome = await command(config.task_id, {
        type: 'StartSession',
        taskId: config.task_id,
        taskCode: config.task_code,
        configVersion: config.config_version,
        metadata: {},
        needs: sessionNeeds(config, specs),
        maxDuration,
        by: 'test',
        now: new Date().toISOString(),
      });
      return outcome.state.session.sessionId;
    },
    /** Stores the configuration and changes the running session to it; returns when that is in force, in ms since 1970. */
    reconfigure: async (sessionId: string, config: TaskConfig): Promise<number> => {
      await configs.put(config);
      return changeTo(sessionId, config);
    },
    /** The same, but its configuration is missing. */
    changeToMissing: (sessionId: string, config: TaskConfig): Promise<number> => changeTo(sessionId, config),
    stop: (sessionId: string) =>
      command(taskOf(sessionId), { type: 'StopSession', sessionId, by: 'test', reason: 'test' }),
    pause: (sessionId: string) =>
      command(taskOf(sessionId), { type: 'PauseSession', sessionId, by: 'test', reason: 'test' }),
    resume: (sessionId: string) =>
      command(taskOf(sessionId), { type: 'ResumeSession', sessionId, by: 'test' }),
    recover: (sessionId: string) =>
      command(taskOf(sessionId), {
        type: 'RecoverSession',
        sessionId,
        by: 'test',
        placed: false,
        now: new Date().toISOString(),
      }),
    task: (taskId: string) => loadTask(store, taskId),
    /** Why the task's session has no collector. */
    waiting: (taskId: string) => board.read(taskId),
    /** The value of a collector's key. */
    lease: async (collectorId: string) => (await leases.read(collectorId))?.value,
    /** How many messages of SAMPLES no writer has acknowledged. */
    unwritten: async () => {
      const { waiting, inHand } = await readSampleBacklog(nc);
      return waiting + inHand;
    },
    /** How many messages lie in ASSIGNMENTS. */
    assignments: async () => (await outbox.list()).size,
    events: async (): Promise<LoggedEvent[]> => {
      const events: LoggedEvent[] = [];
      for await (const { sequence, subject, data } of readStream(nc, 'SESSIONS')) {
        events.push({ sequence, subject, decoded: decodeSessionEvent(JSON.parse(data)) });
      }
      return events;
    },
    samples: async (): Promise<Sample[]> => {
      const samples: Sample[] = [];
      for await (const { data } of readStream(nc, 'SAMPLES')) {
        const decoded = decodeSample(data);
        if (!decoded.ok) throw new Error(decoded.problem);
        samples.push(decoded.sample);
      }
      return samples;
    },
  };
}

export type SessionLogForTest = Awaited<ReturnType<typeof sessionLogForTest>>;

function taskOf(sessionId: string): string {
  return sessionId.split('-')[0] ?? '';
}
