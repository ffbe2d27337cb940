import {
  AppendOutcomeUnknown,
  type EventStore,
  StoreUnavailable,
} from '@holdfast/shared/event-store/event-store.ts';
import { InMemoryEventStore } from '@holdfast/shared/event-store/in-memory-event-store.ts';
import { describe, expect, it } from 'vitest';
import type { CommandStores } from '../../ports.ts';
import { type SessionCommandsOptions, sessionCommands } from './session-commands.ts';
import { RecentSessions } from './session-memory.ts';

const attempt = { commandId: 'command-1', isRepeat: false };
const start = { taskId: '7', metadata: {}, validate: 'skip', by: 'somebody' } as const;

/** Commands on a log whose broker may answer less and less. */
function commandsOn(events: EventStore) {
  return sessionCommands({
    broker: { stores: () => ({ events }) as CommandStores },
    versions: {
      ensure: async () => ({
        taskCode: 'press',
        version: 1,
        needs: undefined,
        siteCodes: [],
        maxDuration: undefined,
      }),
    } as unknown as SessionCommandsOptions['versions'],
    projection: { waitFor: async () => 'too_late' },
    shownSessions: { after: async () => undefined },
    logGuard: { damage: () => undefined, doubt: () => undefined },
    memory: new RecentSessions(),
    changes: {} as SessionCommandsOptions['changes'],
    validateTask: () => Promise.reject(new Error('nobody asked for it')),
    readYourWriteMs: 0,
  });
}

class FallingSilent extends InMemoryEventStore {
  isSilent = false;

  override async append(...parameters: Parameters<InMemoryEventStore['append']>): Promise<number> {
    const sequence = await super.append(...parameters);
    if (this.isSilent) throw new AppendOutcomeUnknown(parameters[0], parameters[1].id);
    return sequence;
  }

  override async *read(subject: string) {
    if (this.isSilent) throw new StoreUnavailable('the broker does not answer');
    yield* super.read(subject);
  }
}

describe('a command whose broker falls silent', () => {
  it('is not said to have changed nothing when it may have been stored and the log cannot be read', async () => {
    const events = new FallingSilent();
    const commands = commandsOn(events);
    const { session_id: sessionId } = await commands.start({
      ...start,
      requireSites: () => undefined,
      attempt: { ...attempt, commandId: 'start' },
    });
    events.isSilent = true;
    const pause = { sessionId, reason: '', by: 'somebody' };
    await expect(commands.pause({ ...pause, attempt })).rejects.toThrow(AppendOutcomeUnknown);
    // A repeat fails too: what became of the first try is not known.
    const again = { ...attempt, isRepeat: true };
    await expect(commands.pause({ ...pause, attempt: again })).rejects.toThrow(AppendOutcomeUnknown);
    events.isSilent = false;
    expect(await commands.pause({ ...pause, attempt: again })).toMatchObject({ status: 'paused' });
    const messages: unknown[] = [];
    for await (const { message } of events.read('sessions.task.7.lifecycle')) messages.push(message);
    expect(messages).toHaveLength(2);
  });
});
