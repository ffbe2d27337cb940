import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import type { CommandedSession, StartedTask } from '@holdfast/shared/contracts/http/session-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react';
import { api } from '../api/api.ts';
import type { PlainKey } from '../i18n/texts.ts';

export type SessionCommand = 'stop' | 'pause' | 'resume' | 'recover';

/** The outcome of a command, kept until somebody has read it. */
export interface CommandOutcome {
  readonly id: number;
  readonly session: string;
  readonly command: SessionCommand | 'start';
  readonly outcome: 'stored' | 'refused' | 'unknown' | 'unreached';
  readonly detail: string;
}

interface Commands {
  /** By session id: what was asked for and is not known to be stored yet. */
  readonly pending: ReadonlyMap<string, SessionCommand>;
  readonly outcomes: readonly CommandOutcome[];
  send(
    session: { readonly id: string; readonly name: string },
    command: SessionCommand,
    reason: string,
  ): Promise<void>;
  start(
    task: { readonly id: number; readonly code: string },
    validate: string,
  ): Promise<StartedTask | undefined>;
  dismiss(id: number): void;
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
 * Commands on sessions. None is taken for done before its event is stored: until the API has answered, and the list
 * that came after that is there, a session shows what was asked of it.
 */
export function CommandsProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [pending, setPending] = useState<ReadonlyMap<string, SessionCommand>>(new Map());
  const [outcomes, setOutcomes] = useState<readonly CommandOutcome[]>([]);

  const note = useCallback((outcome: Omit<CommandOutcome, 'id'>) => {
    const id = performance.now();
    setOutcomes((before) => [...before.slice(-3), { ...outcome, id }]);
  }, []);
  const dismiss = useCallback((id: number) => setOutcomes((all) => all.filter((each) => each.id !== id)), []);

  const send = useCallback<Commands['send']>(
    async ({ id, name }, command, reason) => {
      setPending((before) => new Map(before).set(id, command));
      try {
        const { detail } = await api.command<CommandedSession>(
          `/api/acquisition/sessions/${id}/${command}/`,
          {
            reason: reason || null,
          },
        );
        note({ session: name, command, outcome: 'stored', detail });
      } catch (error) {
        note({ session: name, command, ...outcomeOf(error) });
      }
      await queries.invalidateQueries({ queryKey: ['sessions'] });
      setPending((before) => new Map([...before].filter(([other]) => other !== id)));
    },
    [note, queries],
  );
  const start = useCallback<Commands['start']>(
    async ({ id, code }, validate) => {
      try {
        const started = await api.command<StartedTask>('/api/acquisition/sessions/start-task/', {
          task_id: id,
          validate,
        });
        note({
          session: `${code} ${started.session_id}`,
          command: 'start',
          outcome: 'stored',
          detail: started.detail,
        });
        await queries.invalidateQueries({ queryKey: ['sessions'] });
        return started;
      } catch (error) {
        note({ session: code, command: 'start', ...outcomeOf(error) });
        await queries.invalidateQueries({ queryKey: ['sessions'] });
        return undefined;
      }
    },
    [note, queries],
  );
  const value = useMemo(
    () => ({ pending, outcomes, send, start, dismiss }),
    [pending, outcomes, send, start, dismiss],
  );
  return <CommandsContext value={value}>{children}</CommandsContext>;
}

function outcomeOf(error: unknown): Pick<CommandOutcome, 'outcome' | 'detail'> {
  if (error instanceof NoAnswer)
    return { outcome: error.mayHaveArrived ? 'unknown' : 'unreached', detail: error.message };
  if (!(error instanceof ApiRefusal)) throw error;
  const { title = '', detail = '' } = error.problem;
  return { outcome: error.code === 'outcome_unknown' ? 'unknown' : 'refused', detail: detail || title };
}
