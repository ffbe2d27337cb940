import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { api } from '../api/api.ts';
import { highestRole, isAtLeast, type Role, roleAt, useMe } from '../api/me.ts';
import { themes } from '../app/preferences.tsx';
import { roleFor, screens } from '../app/screens.ts';
import type { ShellDialog } from '../parts/shell-dialog.ts';
import { useSettledValue } from '../parts/use-settled-value.ts';
import { useCommands } from '../sessions/commands.tsx';
import { ReasonDialog } from '../sessions/detail/reason-dialog.tsx';
import { nameOf, stateKey } from '../sessions/session-state.ts';
import { useWords } from '../words/texts.ts';
import { type Entry, matches, readCommand, takes } from './entries.ts';
import { usePaletteTexts } from './texts.ts';

interface Ways {
  onClose(): void;
  onOpen(dialog: ShellDialog): void;
}

/** Finds what the palette offers for a text, and the dialog that a chosen command asks for. */
export function useEntries(
  text: string,
  { onClose, onOpen }: Ways,
): {
  readonly entries: readonly Entry[];
  /** Whether more may be found for the text. */
  readonly isSearching: boolean;
  readonly isUnreachable: boolean;
  readonly dialog: ReactNode;
} {
  const { t, theme, setTheme, language, setLanguage } = usePaletteTexts();
  const { t: word } = useWords();
  const navigate = useNavigate();
  const me = useMe();
  const { send } = useCommands();
  const [commandToConfirm, setCommandToConfirm] = useState<{
    command: 'pause' | 'stop';
    session: SessionSummary;
  }>();
  const { command, search } = readCommand(text, {
    pause: t('palette.word.pause'),
    resume: t('palette.word.resume'),
    stop: t('palette.word.stop'),
    recover: t('palette.word.recover'),
  });
  const { data, isError, isSearching } = useMatches(search);
  // While a search continues, finds of the earlier text are offered only if they fit the present one.
  const fits = (...names: readonly string[]) => !isSearching || matches({ name: names.join(' ') }, search);
  const go = (to: string, params: object = {}) => {
    onClose();
    void navigate({ to, search: params } as Parameters<typeof navigate>[0]);
  };
  const forbiddenAs = (role: Role | undefined, requiredRole: Role = 'operator') =>
    me !== undefined && !isAtLeast(role, requiredRole)
      ? t('palette.needsRole', { role: t(`role.${requiredRole}`) })
      : undefined;
  const ofSession = (session: SessionSummary): Entry => {
    const { id, task_name, task_code, sites } = session;
    if (command === undefined) {
      return {
        id: `session ${id}`,
        group: 'sessions',
        name: task_name || task_code,
        detail: `${id} · ${t(stateKey(session))}`,
        run: () => go('/sessions', { session: id }),
      };
    }
    return {
      id: `command ${id}`,
      group: 'sessions',
      name: t(`palette.command.${command}`, { session: `${task_name || task_code} ${id}` }),
      detail: t(stateKey(session)),
      forbidden: forbiddenAs(me && roleAt(me, sites)),
      run: () => {
        if (command === 'pause' || command === 'stop') return setCommandToConfirm({ command, session });
        onClose();
        void send({ id, name: nameOf(session) }, command, '');
      },
    };
  };
  const sessions = (data?.sessions ?? []).filter(
    (each) =>
      (command === undefined || takes(each, command)) && fits(each.id, each.task_code, each.task_name),
  );
  const devices = (command === undefined ? (data?.devices ?? []) : []).filter((each) =>
    fits(each.device, each.task_code),
  );
  const otherDevices = (command === undefined ? (data?.configured ?? []) : []).filter(
    ({ code, name, host }) =>
      !devices.some((each) => each.device === code) && fits(code, name, String(host ?? '')),
  );
  const screenEntries = screens.map(
    ({ to, name, ...screen }): Entry => ({
      ...{ id: `screen ${to}`, group: 'screens', name: t(name) },
      ...('role' in screen && {
        forbidden: forbiddenAs(me && roleFor(me, screen), screen.role),
      }),
      run: () => go(to),
    }),
  );
  const opens = (dialog: Exclude<ShellDialog, 'palette'>): Entry => ({
    id: dialog,
    group: 'actions',
    name: t(`palette.${dialog}`),
    run: () => onOpen(dialog),
  });
  const other = language === 'en' ? 'zh' : 'en';
  const actions: Entry[] = [
    { ...opens('start'), forbidden: forbiddenAs(me && highestRole(me)) },
    opens('account'),
    opens('shortcuts'),
    {
      id: 'language',
      group: 'actions',
      name: t('app.language'),
      run: () => {
        setLanguage(other);
        onClose();
      },
    },
    ...themes
      .filter((each) => each !== theme)
      .map(
        (each): Entry => ({
          id: `theme ${each}`,
          group: 'actions',
          name: t('palette.theme', { theme: t(`palette.theme.${each}`) }),
          run: () => {
            setTheme(each);
            onClose();
          },
        }),
      ),
    {
      id: 'print',
      group: 'actions',
      name: t('palette.print'),
      run: () => {
        onClose();
        // Prints after the palette has closed, so that it is not on the paper.
        setTimeout(() => print());
      },
    },
  ];
  const find: Entry[] =
    command === undefined && search !== '' && sessions.length > 1
      ? [
          {
            id: 'find',
            group: 'sessions',
            name: t('palette.find', { text: search }),
            run: () => go('/sessions', { find: search }),
          },
        ]
      : [];
  return {
    entries: [
      ...sessions.map(ofSession),
      ...find,
      ...devices.map(
        ({ device, session_id, task_code, health }): Entry => ({
          id: `device ${session_id} ${device}`,
          group: 'devices',
          name: device,
          detail: `${task_code}${health ? ` · ${word(`device.${health.status}`)}` : ''}`,
          run: () => {
            onClose();
            void navigate({ to: '/devices/$device', params: { device } });
          },
        }),
      ),
      ...otherDevices.map(
        ({ id, code, name }): Entry => ({
          id: `configured ${id}`,
          group: 'devices',
          name: name || code,
          ...(name && name !== code && { detail: code }),
          run: () => {
            onClose();
            void navigate({ to: '/devices/$device', params: { device: code } });
          },
        }),
      ),
      ...(command === undefined
        ? [...screenEntries, ...actions].filter((each) => matches(each, search))
        : []),
    ],
    isSearching,
    isUnreachable: isError && data === undefined,
    dialog: commandToConfirm && (
      <ReasonDialog
        command={commandToConfirm.command}
        name={nameOf(commandToConfirm.session)}
        onClose={onClose}
        onConfirm={(reason) => {
          onClose();
          void send(
            { id: commandToConfirm.session.id, name: nameOf(commandToConfirm.session) },
            commandToConfirm.command,
            reason,
          );
        }}
      />
    ),
  };
}

const matchesAtMost = 6;

interface Page<T> {
  readonly results: readonly T[];
  readonly [other: string]: unknown;
}

/** Sessions and devices with these letters in their names, those that need attention first. */
function useMatches(text: string) {
  const settledText = useSettledValue(useDeferredValue(text));
  const query = useQuery({
    queryKey: ['palette', settledText],
    queryFn: async () => {
      const search = settledText || undefined;
      const [sessions, devices, configured] = await Promise.all([
        api.get<Page<SessionSummary>>('/api/acquisition/sessions/summary/', {
          from: '-1h',
          buckets: 1,
          limit: matchesAtMost,
          search,
        }),
        // An empty search would find every device of the plant.
        search === undefined
          ? { results: [] }
          : api.get<Page<DeviceHealthView>>('/api/acquisition/devices/health/', {
              search,
              limit: matchesAtMost,
            }),
        // Also those that no session reads, by name.
        search === undefined
          ? { results: [] }
          : api.get<Page<DeviceView>>('/api/config/devices/', { search, limit: matchesAtMost }),
      ]);
      return { sessions: sessions.results, devices: devices.results, configured: configured.results };
    },
    // Always read again: the commands that a session takes may have changed a moment ago.
    staleTime: 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const isSearching = settledText !== text || query.isPending || query.isPlaceholderData;
  return { ...query, isSearching };
}
