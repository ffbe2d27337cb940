import type { ChangedKind, ChangeSetView } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Differences } from '../../apply/differences.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { usePlantTime } from '../../time/plant-time.tsx';
import { useNoteChange } from '../last-change.tsx';
import { useChangesOf, useItemsOf } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { useFieldWords } from './use-field-words.ts';

const RevertDialog = lazy(() => import('../../changes/revert-dialog.tsx'));

/** Each change of one item, field by field, with a way to undo what it did to this item. */
export function ItemHistory({
  kind,
  id,
  name,
}: {
  kind: ChangedKind;
  id: number;
  /** Of the item, for people. */
  name: string;
}) {
  const { t } = useConfigurationTexts();
  const query = useChangesOf(kind, id);
  return (
    <div className="config-page">
      <QueryAnswer query={query} title={t('config.history.failed')}>
        {({ pages }) => {
          const sets = pages.flatMap(({ results }) => results);
          return sets.length === 0 ? (
            <p className="quiet">{t('config.history.none')}</p>
          ) : (
            <>
              <ChangeList {...{ kind, id, sets, name }} />
              {query.hasNextPage && (
                <Button
                  className="button"
                  isDisabled={query.isFetchingNextPage}
                  onPress={() => void query.fetchNextPage()}
                >
                  {t('config.history.more')}
                </Button>
              )}
            </>
          );
        }}
      </QueryAnswer>
    </div>
  );
}

function ChangeList({
  kind,
  id: ofItem,
  sets,
  name,
}: {
  kind: ChangedKind;
  id: number;
  sets: readonly ChangeSetView[];
  name: string;
}) {
  const { t } = useConfigurationTexts();
  const plant = usePlantTime();
  const words = useFieldWords();
  const noteChange = useNoteChange();
  const items = useItemsOf(
    kind,
    ofItem,
    sets.map(({ id }) => id),
  );
  const [setToUndo, setSetToUndo] = useState<number>();
  const notes = { created: t('config.history.created'), deleted: t('config.history.deleted') };
  const ownItems = (id: number) => items.get(id)?.results ?? [];
  // An undo of the first 500 points of a device alone would be half of one.
  const isCut = (id: number) => typeof items.get(id)?.next_cursor === 'string';
  return (
    <>
      <ol className="config-history">
        {sets.map(({ id, at, by, reason, reverts, reverted_by: revertedBy }) => (
          <li key={id}>
            <header>
              <p>
                <strong>
                  <time dateTime={at}>{plant.moment(new Date(at))}</time>
                </strong>{' '}
                {by}
                {reason !== '' && ` · ${reason}`}
                <span className="quiet small">
                  {' '}
                  <Link to="/changes" search={{ change: id }}>
                    {t('config.change', { change: String(id) })}
                  </Link>
                  {reverts !== null && ` · ${t('config.history.reverts', { change: String(reverts) })}`}
                  {revertedBy !== null &&
                    ` · ${t('config.history.revertedBy', { change: String(revertedBy) })}`}
                </span>
              </p>
              <Button
                className="button"
                aria-label={t('config.history.undo.of', { change: String(id) })}
                isDisabled={ownItems(id).length === 0 || isCut(id)}
                onPress={() => setSetToUndo(id)}
              >
                {t('config.history.undo')}
              </Button>
            </header>
            <Differences results={ownItems(id)} notes={notes} words={words} />
            {isCut(id) && (
              <Link
                to="/changes"
                search={{ change: id }}
                aria-label={t('config.change', { change: String(id) })}
              >
                …
              </Link>
            )}
          </li>
        ))}
      </ol>
      {setToUndo !== undefined && (
        <Suspense fallback={null}>
          <RevertDialog
            id={setToUndo}
            only={ownItems(setToUndo).map(({ kind, id }) => ({ kind, id }))}
            onClose={() => setSetToUndo(undefined)}
            onUndone={(changeSet) =>
              void noteChange({
                ...{ text: t('config.undone', { name }), name, isUndo: true },
                changeSet: changeSet ?? undefined,
              })
            }
          />
        </Suspense>
      )}
    </>
  );
}
