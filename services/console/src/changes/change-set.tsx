import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { highestRole } from '../api/me.ts';
import { Differences } from '../apply/differences.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { useWhyNot } from '../parts/role-note.tsx';
import { Section } from '../parts/section.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { useChangeSet } from './queries.ts';
import { useChangesTexts } from './texts.ts';

const RevertDialog = lazy(() => import('./revert-dialog.tsx'));

/** One change: each thing and field before and after, why it was made, and how to undo it. */
export function ChangeSet({ id }: { id: number }) {
  const { t } = useChangesTexts();
  const plant = usePlantTime();
  const navigate = useNavigate({ from: '/changes' });
  const query = useChangeSet(id);
  const [isAsked, setAsked] = useState(false);
  // The API judges each site that the change touches.
  const whyNot = useWhyNot('engineer', highestRole);
  const change = String(id);
  const notes = { created: t('changes.item.created'), deleted: t('changes.item.deleted') };
  return (
    <Section
      title={t('changes.one', { change })}
      actions={
        <>
          {whyNot !== undefined && <span className="quiet small">{whyNot}</span>}
          <Button
            className="button"
            isDisabled={whyNot !== undefined || query.data === undefined}
            onPress={() => setAsked(true)}
          >
            {t('changes.undo')}
          </Button>
          <Link to="/changes" className="button">
            {t('changes.close')}
          </Link>
        </>
      }
    >
      <QueryAnswer query={query} title={t('changes.one.failed', { change })}>
        {({ by, at, source, reason, results, next_cursor: next }) => (
          <>
            <p>{t('changes.by', { who: by, when: plant.whole(new Date(at)) })}</p>
            <dl className="change-facts">
              {source !== '' && (
                <div>
                  <dt>{t('changes.source')}</dt>
                  <dd>{source}</dd>
                </div>
              )}
              {reason !== '' && (
                <div>
                  <dt>{t('changes.reason')}</dt>
                  <dd>{reason}</dd>
                </div>
              )}
            </dl>
            <Differences results={results} notes={notes} />
            {next !== null && <p className="quiet small">{t('changes.cut', { count: results.length })}</p>}
          </>
        )}
      </QueryAnswer>
      {isAsked && (
        <Suspense fallback={null}>
          <RevertDialog
            id={id}
            onUndone={(undone) => {
              if (undone !== null) void navigate({ search: { change: undone } });
            }}
            onClose={() => setAsked(false)}
          />
        </Suspense>
      )}
    </Section>
  );
}
