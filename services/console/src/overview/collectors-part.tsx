import type { CollectorsView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { isGone, severityOf, signs } from '../collectors/collector-state.ts';
import { useCollectorTexts } from '../collectors/texts.ts';
import { Age } from '../parts/age.tsx';
import { Answered } from '../parts/answered.tsx';
import { Section } from '../parts/section.tsx';
import { StateWord } from '../parts/state.tsx';
import { useNow } from '../time/plant-time.tsx';
import { useOverviewTexts } from './texts.ts';

const shownAtMost = 8;

/** The collectors, and when each was heard last. */
export function CollectorsPart({ query }: { query: UseQueryResult<CollectorsView> }) {
  const { t } = useOverviewTexts();
  const collectors = useCollectorTexts();
  const nowMs = useNow(5_000).getTime();
  return (
    <Section
      title={t('overview.collectors')}
      asOf={query.data?.as_of}
      actions={<Link to="/collectors">{t('trouble.open.collectors')}</Link>}
    >
      <Answered query={query} title={t('overview.failed')}>
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
      </Answered>
    </Section>
  );
}
