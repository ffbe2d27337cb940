import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionCommand } from '@holdfast/shared/domain/session/commands.ts';
import type { MaxDuration } from '@holdfast/shared/domain/session/time-limits.ts';
import { StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { handleCommand, loadSession } from '@holdfast/shared/sessions/handle-command.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import type { Link } from '../broker/link.ts';
import type { SimBroker } from '../broker/sim-broker.ts';
import { SimEventStore } from '../broker/sim-event-store.ts';
import type { SimProcess } from '../kernel/process.ts';

/** The configuration version of which there is no snapshot. */
export const missingVersion = 2;

/** Versions of the configuration that a session is changed to, including the missing one. */
export const versions = [1, missingVersion, 3, 4] as const;

type CommandType = 'start' | 'stop' | 'pause' | 'resume' | 'recover' | 'reconfigure';

/** People and scripts that start, stop, pause and resume, through one API process. */
export class SimClients {
  readonly #broker: SimBroker;
  readonly #process: SimProcess;
  readonly #store: SimEventStore;
  readonly #maxDuration: () => MaxDuration;
  /** Ids of commands whose answer says that they were not stored, or not by this command. */
  readonly #leftNoEvent = new Set<string>();
  #count = 0;

  /** @param maxDuration of the next session that is started */
  constructor(broker: SimBroker, process: SimProcess, link: Link, maxDuration: () => MaxDuration) {
    this.#maxDuration = maxDuration;
    this.#broker = broker;
    this.#process = process;
    this.#store = new SimEventStore(broker, link);
  }

  async command(taskId: string, type: CommandType, configVersion: number): Promise<void> {
    this.#count += 1;
    const commandId = `command-${this.#count}`;
    const { world, clock } = this.#process;
    try {
      const now = new Date(clock.wallMs()).toISOString();
      const command = await this.#commandFor(taskId, type, configVersion, now);
      if (!command) return;
      const outcome = await handleCommand(this.#store, taskId, command, {
        commandId,
        source: '/clients',
        now,
      });
      const sequence = this.#broker.sequenceOf(commandId);
      if (outcome.ok && outcome.changed) {
        world.note('command answered with success');
        if (sequence !== outcome.sequence) {
          world.violate(
            `I1: ${command.type} was answered with sequence ${outcome.sequence}, the log says ${sequence}`,
          );
        }
      } else this.#leftNoEvent.add(commandId);
    } catch (error) {
      if (error instanceof StoreUnavailable) this.#leftNoEvent.add(commandId);
      this.#process.tell(`${type} of task ${taskId}: ${(error as Error).name}`);
    }
  }

  /** Checks that no command that was answered with "nothing was stored" turns up later. */
  check(): void {
    for (const id of this.#leftNoEvent) {
      const sequence = this.#broker.sequenceOf(id);
      if (sequence === undefined) continue;
      this.#process.world.violate(`I1: ${id} was answered as not stored, and stands at ${sequence}`);
    }
  }

  async #commandFor(
    taskId: string,
    type: CommandType,
    configVersion: number,
    now: string,
  ): Promise<SessionCommand | undefined> {
    const by = this.#process.instance;
    if (type === 'start') {
      return {
        type: 'StartSession',
        taskId,
        taskCode: `task-${taskId}`,
        configVersion,
        metadata: {},
        maxDuration: this.#maxDuration(),
        by,
        now,
      };
    }
    const { state } = await loadSession(this.#store, taskId);
    if (state.status === 'never_started') return undefined;
    const { sessionId } = state.session;
    switch (type) {
      case 'stop':
        return { type: 'StopSession', sessionId, by, reason: 'asked' };
      case 'pause':
        return { type: 'PauseSession', sessionId, by, reason: 'asked' };
      case 'resume':
        return { type: 'ResumeSession', sessionId, by };
      case 'recover': {
        const task = await loadTask(this.#store, taskId);
        const placed = currentPlacement(task.session, task.placement) !== undefined;
        return { type: 'RecoverSession', sessionId, by, placed, now };
      }
      case 'reconfigure': {
        const { configVersion: fromVersion } = state.session;
        const change = { added: 0, removed: 0, changed: 1, codes: [] };
        const of = { sessionId, by, reason: 'asked', fromVersion, configVersion, change, now };
        return { type: 'ReconfigureSession', ...of };
      }
      default:
        return type satisfies never;
    }
  }
}
