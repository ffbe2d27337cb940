import type { TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSessions } from '../../changes/queries.ts';
import { useTasks } from '../../first-run/first-run-queries.ts';
import { durationText } from '../../time/duration.ts';
import { ApplyFor } from '../parts/apply-for.tsx';
import { ConfigList, contains, type ListColumn } from '../parts/config-list.tsx';
import { ItemName, ListScreen } from '../parts/list-screen.tsx';
import { useConfigurationTexts } from '../texts.ts';

export default function TaskListScreen() {
  const { t } = useConfigurationTexts();
  return (
    <ListScreen
      kind="tasks"
      query={useTasks()}
      findLabel={t('config.find.task')}
      add={
        <Link to="/configuration/tasks/$id" params={{ id: 'new' }} className="button is-main">
          {t('config.task.add')}
        </Link>
      }
    >
      {(all, find) => (
        <>
          <ApplyFor />
          <Tasks all={all} find={find} />
        </>
      )}
    </ListScreen>
  );
}

function Tasks({ all, find }: { all: readonly TaskView[]; find: string }) {
  const { t } = useConfigurationTexts();
  const sessions = useSessions().data?.results;
  // biome-ignore lint/correctness/useExhaustiveDependencies: sorted again when the sessions are there
  const rows = useMemo(
    () => all.filter(({ code, name }) => contains(find, code, name)),
    [all, find, sessions],
  );
  const sessionOf = ({ id }: TaskView) => sessions?.find(({ task_id: task }) => task === id);
  const columns: ListColumn<TaskView>[] = [
    {
      key: 'task',
      name: t('config.column.task'),
      sortBy: ({ name, code }) => name || code,
      cell: (task) => (
        <ItemName item={task}>
          {(label) => (
            <Link
              to="/configuration/tasks/$id"
              params={{ id: String(task.id) }}
              data-item={task.id}
              className="config-link"
            >
              {label}
            </Link>
          )}
        </ItemName>
      ),
    },
    {
      key: 'period',
      name: t('config.column.period'),
      isNumber: true,
      sortBy: ({ period_ms: ms }) => ms,
      cell: ({ period_ms: ms }) => durationText(t, ms / 1_000),
    },
    {
      key: 'devices',
      name: t('config.devices'),
      isNumber: true,
      sortBy: ({ device_ids: ids }) => ids.length,
      cell: ({ device_ids: ids }) => ids.length,
    },
    {
      key: 'session',
      name: t('config.column.session'),
      sortBy: (task) => sessionOf(task)?.id ?? '',
      cell: (task) => {
        const session = sessionOf(task);
        return session ? (
          <Link to="/sessions" search={{ session: session.id }} className="above">
            {session.id} {t(`state.${session.status}`)}
          </Link>
        ) : (
          <span className="quiet">–</span>
        );
      },
    },
  ];
  return <ConfigList label={t('config.tasks')} className="is-tasks" columns={columns} rows={rows} />;
}
