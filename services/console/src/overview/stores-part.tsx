import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'react-aria-components/Button';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { RoleNote, useMayEverywhere } from '../parts/role-note.tsx';
import { Section } from '../parts/section.tsx';
import type { QuarantinedItem } from '../stores/queries.ts';
import { useResending } from '../stores/resending.ts';
import { ResendingList } from '../stores/resending-list.tsx';
import { SinkState } from '../stores/sink-state.tsx';
import { useStoreTexts } from '../stores/texts.ts';
import { ageText } from '../time/duration.ts';
import { useOverviewTexts } from './texts.ts';

/** Whether samples get into their database, and which could not. */
export function StoresPart({
  query,
  messages,
  first,
}: {
  query: UseQueryResult<SinksView>;
  /** Number of messages in quarantine, or undefined if unknown. */
  messages: number | undefined;
  /** The oldest of them. */
  first: readonly QuarantinedItem[] | undefined;
}) {
  const { t } = useOverviewTexts();
  const asOf = query.dataUpdatedAt > 0 ? new Date(query.dataUpdatedAt).toISOString() : undefined;
  return (
    <Section
      title={t('overview.stores')}
      asOf={asOf}
      actions={<Link to="/stores">{t('trouble.open.stores')}</Link>}
    >
      <QueryAnswer query={query} title={t('overview.failed')}>
        {(sinks) => <Sinks sinks={sinks} />}
      </QueryAnswer>
      {messages === 0 && <p>{t('overview.quarantine.none')}</p>}
      {messages !== undefined && <QuarantinedMessages messages={messages} first={first ?? []} />}
    </Section>
  );
}

const reasonsAtMost = 3;

/** The reasons of messages in quarantine, each with the way back. */
function QuarantinedMessages({ messages, first }: { messages: number; first: readonly QuarantinedItem[] }) {
  const { t } = useOverviewTexts();
  const stores = useStoreTexts();
  const resending = useResending();
  const isForbidden = !useMayEverywhere('engineer');
  const reasons = [...new Set(first.map(({ reason }) => reason))];
  const of = (reason: string) => first.filter((each) => each.reason === reason);
  return (
    <>
      {messages > 0 && (
        <>
          <p>
            <Link to="/stores">{t('overview.quarantine', { count: messages })}</Link>
          </p>
          <ul className="reasons">
            {reasons.slice(0, reasonsAtMost).map((reason) => (
              <li key={reason}>
                <Link to="/stores" search={{ reason }} lang="en">
                  {reason}
                </Link>
                <span className="quiet">{t('overview.quarantine.of', { count: of(reason).length })}</span>
                <Button
                  className="button"
                  isDisabled={isForbidden || !of(reason).some(({ can_be_sent_again: can }) => can)}
                  aria-label={`${stores.t('stores.quarantine.again')} ${reason}`}
                  onPress={() => void resending.sendMany({ reason }, reason)}
                >
                  {stores.t('stores.quarantine.again')}
                </Button>
              </li>
            ))}
            {reasons.length > reasonsAtMost && (
              <li className="quiet">{t('overview.more', { count: reasons.length - reasonsAtMost })}</li>
            )}
          </ul>
          <RoleNote requiredRole="engineer" />
        </>
      )}
      <ResendingList all={resending.all} dismiss={resending.dismiss} />
    </>
  );
}

function Sinks({ sinks: { status, backlog, values_per_s } }: { sinks: SinksView }) {
  const { t } = useOverviewTexts();
  const lag = backlog.seconds;
  return (
    <ul className="lines">
      <li className="line-state">
        <SinkState status={status} />
      </li>
      <li>{t('overview.lag', { lag: lag === null ? '–' : ageText(t, lag) })}</li>
      <li>
        {backlog.messages === 0
          ? t('overview.backlog.none')
          : t('overview.backlog', { count: backlog.messages })}
      </li>
      <li className="quiet">{t('overview.rate', { count: Math.round(values_per_s * 10) / 10 })}</li>
    </ul>
  );
}
