import { MarkLegend } from '../parts/mark-legend.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { usePlantState } from './plant-state.ts';
import { RecoveryPart } from './recovery-part.tsx';
import { StoresPart } from './stores-part.tsx';
import { useOverviewTexts } from './texts.ts';
import { TroubleList } from './trouble-list.tsx';
import { troublesOf } from './troubles.ts';
import { Verdict } from './verdict.tsx';
import './overview.css';
import type { CollectorsView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { isGone, severityOf, signs } from '../collectors/collector-state.ts';
import { useCollectorTexts } from '../collectors/texts.ts';
import { Age } from '../parts/age.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { Section } from '../parts/section.tsx';
import { StateWord } from '../parts/state.tsx';
import { useNow } from '../time/plant-time.tsx';

/** The start screen: first everything that needs attention; if nothing does, the proof that all is well. */
export default function OverviewScreen() {
  const { t } = useOverviewTexts();
  const whole = usePlantState();
  const { known, overview, recovery, collectors, leftOut, sinks, quarantined, isForbidden } = whole;
  const troubles = troublesOf(known);
  return (
    <div className="page overview">
      <h1 className="heard">{t('overview.title')}</h1>
      {whole.error != null && overview.data === undefined ? (
        <ProblemText title={t('overview.failed')} error={whole.error} again={whole.again} />
      ) : whole.isLoading && troubles.length === 0 ? (
        <p className="empty quiet" role="status">
          {t('app.loading')}
        </p>
      ) : (
        <>
          <Verdict
            troubles={troubles}
            isWhole={whole.isWhole}
            starting={recovery.data?.starting ?? 0}
            overview={overview.data}
            count={troubles.length + leftOut}
          />
          {troubles.length > 0 && (
            <>
              <TroubleList troubles={troubles} leftOut={leftOut} />
              <ul className="legend">
                <MarkLegend />
              </ul>
            </>
          )}
          {whole.error != null && (
            <ProblemText title={t('overview.unknown')} error={whole.error} again={whole.again} />
          )}
          <div className="overview-parts">
            <RecoveryPart query={recovery} />
            {!isForbidden && (
              <>
                <StoresPart
                  query={sinks}
                  messages={overview.data?.quarantine?.messages}
                  first={quarantined.data?.results}
                />
                <CollectorsPart query={collectors} />
              </>
            )}
          </div>
          {isForbidden && <p className="quiet">{t('overview.notYours')}</p>}
        </>
      )}
    </div>
  );
}

const shownAtMost = 8;

/** The collectors, and when each was heard last. */
function CollectorsPart({ query }: { query: UseQueryResult<CollectorsView> }) {
  const { t } = useOverviewTexts();
  const collectors = useCollectorTexts();
  const nowMs = useNow(5_000).getTime();
  return (
    <Section
      title={t('overview.collectors')}
      asOf={query.data?.as_of}
      actions={<Link to="/collectors">{t('trouble.open.collectors')}</Link>}
    >
      <QueryAnswer query={query} title={t('overview.failed')}>
        {({ results }) => {
          const there = results
            .filter((each) => !isGone(each, nowMs))
            .toSorted((one, other) => (severityOf(one, nowMs) ?? 9) - (severityOf(other, nowMs) ?? 9));
          if (there.length === 0) return <p>{t('trouble.no_collector')}</p>;
          return (
            <>
              <ul className="beats">
                {there.slice(0, shownAtMost).map((each) => (
                  <li key={each.id}>
                    <StateWord state={signs[each.state]} severity={severityOf(each, nowMs)}>
                      {collectors.t(`collectors.state.${each.state}`)}
                    </StateWord>
                    <Link to="/collectors" search={{ collector: each.id }}>
                      {each.id}
                    </Link>
                    <span>{t('overview.holds', { count: each.sessions })}</span>
                    <span className="quiet">
                      <span className="heard">{t('overview.heartbeat')} </span>
                      <Age since={each.last_heartbeat_at} />
                    </span>
                  </li>
                ))}
              </ul>
              {there.length > shownAtMost && (
                <p className="quiet">{t('overview.more', { count: there.length - shownAtMost })}</p>
              )}
            </>
          );
        }}
      </QueryAnswer>
    </Section>
  );
}
