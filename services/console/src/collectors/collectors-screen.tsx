import type { CollectorsView, CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Age } from '../parts/age.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { RoleNote } from '../parts/role-note.tsx';
import { Section } from '../parts/section.tsx';
import { useNow, usePlantTime } from '../time/plant-time.tsx';
import { isGone } from './collector-state.ts';
import { CollectorTable } from './collector-table.tsx';
import { useCollectorsSearch } from './collectors-search.ts';
import { History } from './history.tsx';
import { useCollectors, useHeldSessions } from './queries.ts';
import { useCollectorTexts } from './texts.ts';
import './collectors.css';

/** The collectors: which are alive, how busy each is, what it holds, and what moved between them. */
export default function CollectorsScreen() {
  const { t } = useCollectorTexts();
  const query = useCollectors();
  return (
    <div className="page fleet">
      <header className="fleet-head">
        <h1>{t('collectors.title')}</h1>
        {query.data && (
          <p className="quiet small">
            {t('app.asOf')} <Age since={query.data.as_of} isAgo />
          </p>
        )}
        <RoleNote requiredRole="engineer" />
      </header>
      <QueryAnswer
        query={query}
        title={t('collectors.failed')}
        isEmpty={({ results }) => results.length === 0}
        empty={
          <>
            <h2>{t('collectors.none')}</h2>
            <p className="quiet">{t('collectors.none.how')}</p>
          </>
        }
      >
        {(data) => <Collectors data={data} />}
      </QueryAnswer>
    </div>
  );
}

function Collectors({ data: { results, version } }: { data: CollectorsView }) {
  const { t } = useCollectorTexts();
  const nowMs = useNow(10_000).getTime();
  const { collector: chosenCollector } = useCollectorsSearch();
  const goneCollectors = results.filter((each) => isGone(each, nowMs));
  const there = results.filter((each) => !goneCollectors.includes(each));
  const one = results.find(({ id }) => id === chosenCollector);
  const table = { all: results, version, chosenCollector };
  return (
    <>
      <CollectorTable {...table} label={t('collectors.title')} rows={there} />
      {goneCollectors.length > 0 && (
        <details className="gone" open={one !== undefined && goneCollectors.includes(one)}>
          <summary>{t('collectors.gone', { count: goneCollectors.length })}</summary>
          <CollectorTable
            {...table}
            label={t('collectors.gone', { count: goneCollectors.length })}
            rows={goneCollectors}
          />
        </details>
      )}
      {one && <Holds collector={one} />}
      <History collectors={results} only={one?.id} />
    </>
  );
}

function Holds({ collector }: { collector: CollectorView }) {
  const { t } = useCollectorTexts();
  const plant = usePlantTime();
  const query = useHeldSessions(collector.id);
  const { id, host, started_at, labels, drivers, load } = collector;
  const labelTexts = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return (
    <Section
      title={t('collectors.holds', { collector: id })}
      actions={<Link to="/collectors">{t('collectors.close')}</Link>}
    >
      <dl className="pairs">
        <Pair name={t('collectors.fact.host')}>{host}</Pair>
        <Pair name={t('collectors.fact.started')}>{plant.moment(new Date(started_at))}</Pair>
        {labelTexts.length > 0 && (
          <Pair name={t('collectors.fact.labels')}>{labelTexts.join(t('app.list'))}</Pair>
        )}
        {drivers.length > 0 && <Pair name={t('collectors.fact.drivers')}>{drivers.join(t('app.list'))}</Pair>}
        {load && (
          <Pair name={t('collectors.fact.reported')}>
            <Age since={load.reported_at} />
          </Pair>
        )}
      </dl>
      <QueryAnswer
        query={query}
        title={t('sessions.failed')}
        isEmpty={({ results }) => results.length === 0}
        empty={<p>{t('collectors.holds.none')}</p>}
      >
        {({ results, next_cursor }) => (
          <>
            <ul className="held">
              {results.map(({ id: session, task_code }) => (
                <li key={session}>
                  <Link to="/sessions" search={{ session }}>
                    {task_code}
                  </Link>{' '}
                  <span className="quiet">{session}</span>
                </li>
              ))}
            </ul>
            {next_cursor !== null && (
              <p className="quiet small">
                {t('collectors.holds.more', { count: collector.sessions - results.length })}
              </p>
            )}
          </>
        )}
      </QueryAnswer>
    </Section>
  );
}

function Pair({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
