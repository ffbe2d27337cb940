import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { highestRole } from '../api/me.ts';
import { usePreferences } from '../app/preferences.tsx';
import { AddDevice } from '../parts/add-device.tsx';
import { FindField } from '../parts/find-field.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { RangeChoice } from '../parts/range-choice.tsx';
import { useWhyNot } from '../parts/role-note.tsx';
import { useCloseOnEscape } from '../parts/use-close-on-escape.ts';
import type { TimeRange } from '../time/time-range.ts';
import { SessionList } from './session-list.tsx';
import { useSessionsSearch } from './sessions-search.ts';
import { isShown, matchesSearch, type SessionSummaries, shows, useSummaries } from './summaries.ts';
import './sessions.css';
import { Explanation } from '../parts/explanation.tsx';
import { MarkLegend } from '../parts/mark-legend.tsx';
import { Ribbon } from './ribbon.tsx';
import type { RibbonPart } from './ribbon-parts.ts';

const OutdatedSessions = lazy(async () => ({
  default: (await import('../apply/outdated-sessions.tsx')).OutdatedSessions,
}));
const SessionDetail = lazy(() => import('./detail/session-detail.tsx'));
const StartDialog = lazy(() => import('./start-dialog.tsx'));

/** All sessions, those that need attention first, with what they have stored and lost, and one of them in detail. */
export function SessionsScreen() {
  const { t } = usePreferences();
  const { show, range, find, session: chosenSession } = useSessionsSearch();
  const { data, error, refetch } = useSummaries(range, show === 'stopped');
  const groups = useGroups(data, show, find);
  const hasOutdated = useHasOutdated(groups);
  const navigate = useNavigate({ from: '/sessions' });
  useCloseOnEscape(
    chosenSession !== undefined,
    () => void navigate({ search: ({ session: _, ...before }) => before }),
  );
  return (
    <div className={chosenSession === undefined ? 'sessions' : 'sessions has-detail'}>
      <section className="sessions-main" aria-labelledby="sessions-title">
        <Toolbar counts={data?.counts} />
        {data === undefined ? (
          error ? (
            <ProblemText title={t('sessions.failed')} error={error} again={() => void refetch()} />
          ) : (
            <p className="empty quiet">{t('app.loading')}</p>
          )
        ) : groups.length === 0 ? (
          <Empty isFiltered={show !== 'all' || find !== ''} />
        ) : (
          <>
            {hasOutdated && (
              <Suspense fallback={null}>
                <OutdatedSessions sessions={groups.flatMap(({ sessions }) => sessions)} />
              </Suspense>
            )}
            <SessionList groups={groups} time={data} asOf={data.as_of} chosenSession={chosenSession} />
            {data.left_out > 0 && (
              <p className="left-out">{t('sessions.leftOut', { count: data.left_out })}</p>
            )}
            <Legend />
          </>
        )}
      </section>
      {chosenSession !== undefined && (
        <Suspense fallback={<aside className="detail" />}>
          <SessionDetail
            key={chosenSession}
            id={chosenSession}
            range={range}
            summary={data?.results.find(({ id }) => id === chosenSession)}
            time={data}
          />
        </Suspense>
      )}
    </div>
  );
}

/** Stays true once it was: what is offered for outdated sessions also shows how that went. */
function useHasOutdated(groups: ReturnType<typeof useGroups>): boolean {
  const [hadOutdated, setHadOutdated] = useState(false);
  const hasOutdated = groups.some(({ sessions }) => sessions.some((each) => each.is_newer_configured));
  if (hasOutdated && !hadOutdated) setHadOutdated(true);
  return hasOutdated || hadOutdated;
}

function useGroups(data: SessionSummaries | undefined, show: (typeof shows)[number], find: string) {
  const { t } = usePreferences();
  return useMemo(() => {
    const matches = (data?.results ?? []).filter((each) => isShown(each, show) && matchesSearch(each, find));
    const group = (name: 'attention' | 'normal' | 'paused' | 'ended', sessions: typeof matches) => ({
      name: t(`sessions.group.${name}`),
      order: t(`sessions.group.${name}.order`),
      sessions,
    });
    const groups =
      show === 'stopped'
        ? [group('ended', matches)]
        : [
            group(
              'attention',
              matches.filter(({ attention }) => attention.length > 0),
            ),
            group(
              'normal',
              matches.filter(({ attention, status }) => attention.length === 0 && status !== 'paused'),
            ),
            group(
              'paused',
              matches.filter(({ attention, status }) => attention.length === 0 && status === 'paused'),
            ),
          ];
    return groups.filter(({ sessions }) => sessions.length > 0);
  }, [data, show, find, t]);
}

function Toolbar({ counts }: { counts: SessionSummaries['counts'] | undefined }) {
  const { t, locale } = usePreferences();
  const { show, range, find } = useSessionsSearch();
  const navigate = useNavigate({ from: '/sessions' });
  const [isStarting, setStarting] = useState(false);
  const whyNot = useWhyNot('operator', highestRole);
  const numbers = new Intl.NumberFormat(locale);
  const set = (change: { find?: string | undefined } | TimeRange) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <header className="toolbar">
      <h1 id="sessions-title">{t('sessions.title')}</h1>
      <nav className="filter" aria-label={t('sessions.filter')}>
        {shows
          .filter((each) => each !== 'error' || (counts?.error ?? 0) > 0 || show === 'error')
          .map((each) => (
            <Link
              key={each}
              to="/sessions"
              search={(before) => ({ ...before, show: each })}
              aria-current={each === show ? 'true' : undefined}
            >
              {t(`sessions.filter.${each}`)}{' '}
              <span className="count">{counts ? numbers.format(counts[each]) : ''}</span>
            </Link>
          ))}
      </nav>
      <FindField label={t('sessions.find')} value={find} onChange={(text) => set({ find: text })} />
      <RangeChoice range={range} onChange={set} />
      <Button className="button is-main" isDisabled={whyNot !== undefined} onPress={() => setStarting(true)}>
        {t('sessions.start')}
      </Button>
      {whyNot !== undefined && <p className="quiet small">{whyNot}</p>}
      {isStarting && (
        <Suspense fallback={null}>
          <StartDialog onClose={() => setStarting(false)} />
        </Suspense>
      )}
    </header>
  );
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  const { t } = usePreferences();
  if (isFiltered) {
    return (
      <div className="empty">
        <p>{t('sessions.none.found')}</p>
        <Link to="/sessions" search={({ from, to }) => ({ from, to })}>
          {t('sessions.none.clear')}
        </Link>
      </div>
    );
  }
  return (
    <div className="empty">
      <h2>{t('sessions.none')}</h2>
      <p className="quiet">{t('sessions.none.how')}</p>
      <AddDevice />
    </div>
  );
}

const whole = { kind: 'stored', from: 0, to: 1 } as const;
const samples: readonly (readonly [
  'stored' | 'gap' | 'now' | 'some' | 'refused' | 'paused',
  readonly RibbonPart[],
])[] = [
  ['stored', [whole]],
  ['gap', [whole, { kind: 'gap', from: 0.4, to: 0.6 }]],
  ['now', [whole, { kind: 'now', from: 0.6, to: 1 }]],
  ['some', [whole, { kind: 'now-some', from: 0.6, to: 1 }]],
  ['refused', [whole, { kind: 'refused', from: 0, to: 1 }]],
  ['paused', [{ kind: 'paused', from: 0, to: 1 }]],
];

/** The legend of the ribbon and of the marks, and the words that users have to know. */
function Legend() {
  const { t } = usePreferences();
  return (
    <ul className="legend">
      {samples.map(([name, parts]) => (
        <li key={name}>
          <Ribbon parts={parts} severity={2} />
          {t(`legend.${name}`)}
        </li>
      ))}
      <MarkLegend />
      <li>
        <Explanation meaning={t('word.tick.means')}>{t('word.tick')}</Explanation>
      </li>
      <li>
        <Explanation meaning={t('word.epoch.means')}>{t('word.epoch')}</Explanation>
      </li>
    </ul>
  );
}
