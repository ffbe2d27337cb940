import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Answered } from '../parts/answered.tsx';
import { Section } from '../parts/section.tsx';
import { SinkState } from '../stores/sink-state.tsx';
import { ageText } from '../time/duration.ts';
import { useNow } from '../time/plant-time.tsx';
import { useOverviewTexts } from './texts.ts';

/** Whether what is read gets to where it belongs, and what could not. */
export function StoresPart({
  query,
  messages,
  oldest,
}: {
  query: UseQueryResult<SinksView>;
  /** In quarantine; undefined when nobody knows. */
  messages: number | undefined;
  /** Why the oldest of them is there. */
  oldest: string | undefined;
}) {
  const { t } = useOverviewTexts();
  const asOf = query.dataUpdatedAt > 0 ? new Date(query.dataUpdatedAt).toISOString() : undefined;
  return (
    <Section
      title={t('overview.stores')}
      asOf={asOf}
      actions={<Link to="/stores">{t('trouble.open.stores')}</Link>}
    >
      <Answered query={query} title={t('overview.failed')}>
        {(sinks) => <Sinks sinks={sinks} />}
      </Answered>
      {messages !== undefined && (
        <p>
          {messages === 0 ? (
            t('overview.quarantine.none')
          ) : (
            <>
              <Link to="/stores">{t('overview.quarantine', { count: messages })}</Link>
              {oldest !== undefined && (
                <span className="quiet"> {t('overview.quarantine.reason', { reason: oldest })}</span>
              )}
            </>
          )}
        </p>
      )}
    </Section>
  );
}

function Sinks({ sinks: { status, backlog, values_per_s } }: { sinks: SinksView }) {
  const { t } = useOverviewTexts();
  const nowMs = useNow().getTime();
  const lag = backlog.oldest === null ? backlog.seconds : (nowMs - Date.parse(backlog.oldest)) / 1_000;
  return (
    <ul className="lines">
      <li className="line-state">
        <SinkState status={status} />
      </li>
      <li>{t('overview.lag', { lag: lag === null ? '–' : ageText(t, Math.max(0, lag)) })}</li>
      <li>
        {backlog.messages === 0
          ? t('overview.backlog.none')
          : t('overview.backlog', { count: backlog.messages })}
      </li>
      <li className="quiet">{t('overview.rate', { count: Math.round(values_per_s * 10) / 10 })}</li>
    </ul>
  );
}
