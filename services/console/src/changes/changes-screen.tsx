import type { ChangeSetView } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { Link } from '@tanstack/react-router';
import { Button } from 'react-aria-components/Button';
import { OutdatedSessions } from '../apply/outdated-sessions.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { ChangeSet } from './change-set.tsx';
import { useChangesSearch } from './changes-search.ts';
import { useChangeSets, useSessions } from './queries.ts';
import { useChangesTexts } from './texts.ts';
import './changes.css';

/** What was changed in the configuration, when and by whom; each change in detail, and how to undo it. */
export default function ChangesScreen() {
  const { t } = useChangesTexts();
  const { change } = useChangesSearch();
  const query = useChangeSets();
  const sessions = useSessions().data?.results ?? [];
  return (
    <div className="page changes">
      <h1>{t('changes.title')}</h1>
      <OutdatedSessions sessions={sessions} />
      {change !== undefined && <ChangeSet key={change} id={change} />}
      <QueryAnswer
        query={query}
        title={t('changes.failed')}
        isEmpty={({ pages }) => pages.every(({ results }) => results.length === 0)}
        empty={
          <>
            <h2>{t('changes.none')}</h2>
            <p className="quiet">{t('changes.none.how')}</p>
          </>
        }
      >
        {({ pages }) => (
          <>
            <ChangesTable rows={pages.flatMap(({ results }) => results)} chosen={change} />
            {query.hasNextPage && (
              <Button
                className="button"
                isDisabled={query.isFetchingNextPage}
                onPress={() => void query.fetchNextPage()}
              >
                {t('changes.more')}
              </Button>
            )}
          </>
        )}
      </QueryAnswer>
    </div>
  );
}

function ChangesTable({ rows, chosen }: { rows: readonly ChangeSetView[]; chosen: number | undefined }) {
  const { t } = useChangesTexts();
  const plant = usePlantTime();
  const columns: Column<ChangeSetView>[] = [
    {
      key: 'change',
      name: t('changes.column.change'),
      cell: ({ id }) => (
        <Link to="/changes" search={{ change: id }}>
          {id}
        </Link>
      ),
    },
    {
      key: 'when',
      name: t('changes.column.when'),
      cell: ({ at }) => <time dateTime={at}>{plant.moment(new Date(at))}</time>,
    },
    { key: 'by', name: t('changes.column.by'), cell: ({ by }) => by },
    { key: 'kind', name: t('changes.column.kind'), cell: ({ kind }) => t(`changes.kind.${kind}`) },
    { key: 'counts', name: t('changes.column.counts'), cell: (set) => <Extent set={set} /> },
    { key: 'reason', name: t('changes.column.reason'), cell: ({ reason }) => reason },
  ];
  return (
    <Table
      label={t('changes.title')}
      columns={columns}
      rows={rows}
      keyOf={({ id }) => String(id)}
      chosenKey={String(chosen)}
    />
  );
}

/** How many things were created, changed and deleted, and the change that this one undoes, or that undid it. */
function Extent({ set: { counts, reverts, reverted_by: revertedBy } }: { set: ChangeSetView }) {
  const { t } = useChangesTexts();
  const parts = (['created', 'changed', 'deleted'] as const)
    .filter((op) => counts[op] > 0)
    .map((op) => t(`changes.${op}`, { count: counts[op] }));
  return (
    <>
      {parts.join(t('app.list'))}
      {reverts !== null && <p className="quiet small">{t('changes.reverts', { change: String(reverts) })}</p>}
      {revertedBy !== null && (
        <p className="quiet small">{t('changes.revertedBy', { change: String(revertedBy) })}</p>
      )}
    </>
  );
}
