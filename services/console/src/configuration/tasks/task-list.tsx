import type { TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSessions } from '../../changes/queries.ts';
import { useTasks } from '../../first-run/first-run-queries.ts';
import { FindField } from '../../parts/find-field.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { durationText } from '../../time/duration.ts';
import { useConfigurationSearch } from '../configuration-search.ts';
import { ApplyFor } from '../parts/apply-for.tsx';
import { ConfigList, contains, type ListColumn } from '../parts/config-list.tsx';
import { useConfigurationTexts } from '../texts.ts';

export default function TaskListScreen() {
  const { t } = useConfigurationTexts();
  const { find } = useConfigurationSearch();
  const navigate = useNavigate();
  const tasks = useTasks();
  return (
    <section className="config-body" aria-labelledby="config-list-title">
      <header className="toolbar">
        <h1 id="config-list-title">
          {t('config.tasks')} <span className="quiet count">{tasks.data?.length}</span>
        </h1>
        <FindField
          label={t('config.find.task')}
          value={find}
          onChange={(text) =>
            void navigate({ to: '.', search: (before) => ({ ...before, find: text }), replace: true })
          }
        />
        <Link to="/configuration/tasks/$id" params={{ id: 'new' }} className="button is-main">
          {t('config.task.add')}
        </Link>
      </header>
      <ApplyFor />
      <QueryAnswer
        query={tasks}
        title={t('config.tasks.failed')}
        isEmpty={(all) => all.length === 0}
        empty={<p>{t('config.tasks.none')}</p>}
      >
        {(all) => <Tasks all={all} find={find} />}
      </QueryAnswer>
    </section>
  );
}

function Tasks({ all, find }: { all: readonly TaskView[]; find: string }) {
  const { t } = useConfigurationTexts();
  const sessions = useSessions().data?.results ?? [];
  const rows = useMemo(() => all.filter(({ code, name }) => contains(find, code, name)), [all, find]);
  const sessionOf = ({ id }: TaskView) => sessions.find(({ task_id: task }) => task === id);
  const columns: ListColumn<TaskView>[] = [
    {
      key: 'task',
      name: t('config.column.task'),
      sortBy: ({ name, code }) => name || code,
      cell: ({ id, name, code, enabled }) => (
        <>
          <Link
            to="/configuration/tasks/$id"
            params={{ id: String(id) }}
            data-item={id}
            className="config-link"
          >
            {name || code}
          </Link>
          <span className="under">
            {name && name !== code && code}
            {!enabled && ` ${t('config.disabled')}`}
          </span>
        </>
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
  return rows.length === 0 ? (
    <p className="empty">{t('config.none.found')}</p>
  ) : (
    <ConfigList
      label={t('config.tasks')}
      className="is-tasks"
      columns={columns}
      rows={rows}
      nameOf={({ name, code }) => name || code}
    />
  );
}
