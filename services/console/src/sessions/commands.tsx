import type { CommandedSession, StartedTask } from '@holdfast/shared/contracts/http/session-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react';
import { api } from '../api/api.ts';
import { usePreferences } from '../app/preferences.tsx';
import type { PlainKey } from '../i18n/texts.ts';
import { useOutcomes } from '../parts/outcomes.tsx';

export type SessionCommand = 'stop' | 'pause' | 'resume' | 'recover';

interface Commands {
  /** Commands by session id that were sent and are not known to be stored yet. */
  readonly pendingCommands: ReadonlyMap<string, SessionCommand>;
  send(
    session: { readonly id: string; readonly name: string },
    command: SessionCommand,
    reason: string,
  ): Promise<void>;
  start(
    task: { readonly id: number; readonly code: string },
    validate: string,
  ): Promise<StartedTask | undefined>;
}

export const pendingWord: Readonly<Record<SessionCommand, PlainKey>> = {
  stop: 'state.stopping',
  pause: 'state.pausing',
  resume: 'state.resuming',
  recover: 'state.recovering',
};

const CommandsContext = createContext<Commands | undefined>(undefined);

export function useCommands(): Commands {
  const commands = use(CommandsContext);
  if (commands === undefined) throw new Error('there are no commands above this component');
  return commands;
}

/**
 * Commands on sessions. None counts as done before its event is stored: until the API has answered and a later list has
 * come, a session shows the command as pending.
 */
export function CommandsProvider({ children }: { children: ReactNode }) {
  const { t } = usePreferences();
  const { note, noteFailure } = useOutcomes();
  const queries = useQueryClient();
  const [pendingCommands, setPendingCommands] = useState<ReadonlyMap<string, SessionCommand>>(new Map());

  const send = useCallback<Commands['send']>(
    async ({ id, name }, command, reason) => {
      setPendingCommands((before) => new Map(before).set(id, command));
      const reread = () => queries.invalidateQueries({ queryKey: ['sessions'] });
      try {
        await api.command<CommandedSession>(`/api/acquisition/sessions/${id}/${command}/`, {
          reason: reason || null,
        });
        await reread();
        note({ kind: 'stored', text: t(`command.stored.${command}`, { session: name }) });
      } catch (error) {
        noteFailure(name, error);
        await reread();
      }
      setPendingCommands((before) => new Map([...before].filter(([other]) => other !== id)));
    },
    [note, noteFailure, queries, t],
  );
  const start = useCallback<Commands['start']>(
    async ({ id, code }, validate) => {
      const reread = () => queries.invalidateQueries({ queryKey: ['sessions'] });
      try {
        const startedTask = await api.command<StartedTask>('/api/acquisition/sessions/start-task/', {
          task_id: id,
          validate,
        });
        await reread();
        note({
          kind: 'stored',
          text: t('command.stored.start', { session: `${code} ${startedTask.session_id}` }),
        });
        return startedTask;
      } catch (error) {
        noteFailure(code, error);
        await reread();
        return undefined;
      }
    },
    [note, noteFailure, queries, t],
  );
  const value = useMemo(() => ({ pendingCommands, send, start }), [pendingCommands, send, start]);
  return <CommandsContext value={value}>{children}</CommandsContext>;
}
