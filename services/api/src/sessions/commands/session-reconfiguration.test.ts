import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { AppendOutcomeUnknown, StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { InMemoryEventStore } from '@holdfast/shared/event-store/in-memory-event-store.ts';
import { handleCommand } from '@holdfast/shared/sessions/handle-command.ts';
import { expect, it } from 'vitest';
import type { CommandStores } from '../../ports.ts';
import { sessionReconfiguration } from './session-reconfiguration.ts';

const now = '2026-03-01T06:00:00.000Z';

const version = (config_version: number, task_name: string): TaskConfig => ({
  ...{ schema_version: 3, task_id: '7', task_code: 'press', period_ms: 1_000, devices: [] },
  ...{ task_name, config_version },
});

/** A session on version 1 of a task that also has a version 2; snapshots can be made unreadable. */
async function changing() {
  const events = new InMemoryEventStore();
  let isAway = false;
  const configs = new Map(
    [version(1, 'Press'), version(2, 'The press')].map((each) => [each.config_version, each]),
  );
  const load = async (_task: string, wantedVersion: number) => {
    if (isAway) throw new StoreUnavailable('the broker does not answer');
    const config = configs.get(wantedVersion);
    return config ? { ok: true, config } : { ok: false, problem: 'there is none' };
  };
  const start = {
    type: 'StartSession',
    taskId: '7',
    taskCode: 'press',
    configVersion: 1,
    metadata: {},
  } as const;
  await handleCommand(
    events,
    '7',
    { ...start, by: 'anna', now },
    { commandId: 'start', source: '/test', now },
  );
  const reconfigure = sessionReconfiguration({
    stores: () => ({ events, taskConfigs: { load } }) as unknown as CommandStores,
    send: async (store, taskId, command, { commandId }) => {
      const outcome = await handleCommand(store, taskId, command, { commandId, source: '/test', now });
      if (!outcome.ok) throw new Error(outcome.refusal.code);
      isAway = true;
      return outcome;
    },
    projected: async () => true,
    configured: async () => version(2, 'The press'),
    versions: {
      ensure: () => Promise.reject(new Error('a number was given')),
      newestIfCurrent: async () => 2,
    },
    requireHolds: async () => undefined,
    heldAt: () => undefined,
    collectors: { list: async () => [] },
    claims: { elsewhere: async () => undefined },
  });
  const ask = (isRepeat: boolean) =>
    reconfigure({
      ...{ sessionId: '7-1', to: 2, reason: '', isTry: false, precondition: undefined, by: 'anna' },
      ...{ requireSites: () => undefined, attempt: { commandId: 'change', isRepeat } },
    });
  return { events, ask, back: () => (isAway = false) };
}

it('a change that is stored is reported, also when the broker is gone by then; a repeat never says that nothing was changed', async () => {
  const { events, ask, back } = await changing();
  expect(await ask(false)).toMatchObject({ is_changed: true, from: 1, to: 2, results: [{ kind: 'task' }] });
  await expect(ask(true)).rejects.toThrow(AppendOutcomeUnknown);
  back();
  expect(await ask(true)).toMatchObject({ is_changed: true, from: 1, to: 2 });
  const messages: unknown[] = [];
  for await (const { message } of events.read('sessions.task.7.lifecycle')) messages.push(message);
  expect(messages).toHaveLength(2);
});
