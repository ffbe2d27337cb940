import type { RecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SeverityMark } from '../parts/mark.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { Section } from '../parts/section.tsx';
import { useOverviewTexts } from './texts.ts';

const counts = ['expected', 'actual', 'missing', 'starting', 'unknown', 'unexpected'] as const;
const shownAtMost = 10;

/** Compares the sessions that should run with those that do, as `check-recovery` judges it. */
export function RecoveryPart({ query }: { query: UseQueryResult<RecoveryView> }) {
  const { t } = useOverviewTexts();
  return (
    <Section title={t('overview.recovery')} asOf={query.data?.as_of}>
      <QueryAnswer query={query} title={t('overview.recovery.failed')}>
        {(view) => <Recovery view={view} />}
      </QueryAnswer>
    </Section>
  );
}

function Recovery({ view }: { view: RecoveryView }) {
  const { t, locale } = useOverviewTexts();
  const numbers = new Intl.NumberFormat(locale);
  const { results, log_damage: logDamage } = view;
  const severityOf = { missing: 1, unknown: 2, unexpected: 2 } as const;
  const isJudged = (each: (typeof counts)[number]) => each in severityOf && view[each] > 0;
  return (
    <>
      <dl className="recovery">
        {counts.map((each) => (
          <div key={each} title={t(`overview.recovery.${each}.how`)}>
            <dt>{t(`overview.recovery.${each}`)}</dt>
            <dd>
              {isJudged(each) && <SeverityMark severity={severityOf[each as keyof typeof severityOf]} />}
              {numbers.format(view[each])}
            </dd>
          </div>
        ))}
      </dl>
      {results.length === 0 ? (
        <p>{t('overview.recovery.agrees')}</p>
      ) : (
        <>
          <p>{t('overview.recovery.disagrees', { count: results.length })}</p>
          <ul className="disagreements">
            {results.slice(0, shownAtMost).map(({ session_id, task_code, disagreements }) => (
              <li key={session_id}>
                <Link to="/sessions" search={{ session: session_id }}>
                  {task_code} {session_id}
                </Link>{' '}
                <span className="quiet small">{disagreements.join(t('app.semicolon'))}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <p className={logDamage.length === 0 ? 'quiet' : undefined}>
        {t(logDamage.length === 0 ? 'overview.recovery.log' : 'overview.recovery.log.damaged')}
      </p>
    </>
  );
}
