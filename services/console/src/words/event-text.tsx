import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { shortType } from './short-type.ts';
import { useWords } from './texts.ts';

const assigned = ['start', 'failover', 'drain', 'rebalance', 'recovery', 'resume'] as const;
const released = ['refused', 'rebalance', 'drain', 'recovery_disabled'] as const;
const told = new Set(['started', 'paused', 'resumed', 'stopped', 'failed', 'warned']);

/** Tells an event of a session in a sentence. */
export function EventText({ event }: { event: Pick<SessionEventView, 'sequence' | 'type' | 'data'> }) {
  const { t } = useWords();
  const data = (event.data ?? {}) as {
    by?: string;
    reason?: string;
    collector_id?: string;
    detail?: string;
  };
  const { by = '?', reason = '', detail = '' } = data;
  const type = shortType(event.type);
  const name = type.replace('session.', '');
  if (name === 'assigned') {
    const why = assigned.find((each) => each === reason) ?? 'start';
    return (
      <span>
        {t(`event.session.assigned.${why}`, {
          collector: data.collector_id ?? '?',
          epoch: String(event.sequence),
        })}
      </span>
    );
  }
  const why = name === 'released' ? released.find((each) => each === reason) : undefined;
  if (why !== undefined) {
    return (
      <span>
        {t(`event.session.released.${why}`, { collector: data.collector_id ?? '?' })}
        {why === 'refused' && detail !== '' && (
          <span className="quiet" lang="en">
            {' '}
            {detail}
          </span>
        )}
      </span>
    );
  }
  if (name === 'resumed' && (reason === 'recover' || reason === 'restart')) {
    return (
      <span>
        {reason === 'recover'
          ? t('event.session.resumed.recover', { by })
          : t('event.session.resumed.restart')}
      </span>
    );
  }
  // An event of a later release is shown by its own name.
  if (!told.has(name)) return <span>{event.type}</span>;
  const text = (t as (key: string, values: object) => string)(`event.session.${name}`, { by });
  const isReasonTold = reason !== '' && name !== 'resumed';
  return (
    <span>
      {text}
      {isReasonTold && <span className="quiet"> {t('event.reason', { reason })}</span>}
    </span>
  );
}
