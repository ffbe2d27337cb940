import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useWords } from './texts.ts';

const assignReasons = ['start', 'failover', 'drain', 'rebalance', 'recovery', 'resume'] as const;
const releaseReasons = ['refused', 'rebalance', 'drain', 'recovery_disabled'] as const;
const eventsWithText = new Set(['started', 'paused', 'resumed', 'stopped', 'failed', 'warned']);

/** Tells an event of a session in a sentence. */
export function EventText({
  event,
}: {
  event: Pick<SessionEventView, 'sequence' | 'type' | 'data'> & Partial<Pick<SessionEventView, 'told'>>;
}) {
  const { t } = useWords();
  const data = (event.data ?? {}) as {
    by?: string;
    reason?: string;
    collector_id?: string;
    config_version?: number;
    cause?: string;
  };
  const { reason = '' } = data;
  // A user of the API on this machine without a login has no other name.
  const by = data.by === 'api' ? t('app.thisMachine') : (data.by ?? '?');
  const { told: reasonText = null } = event;
  const type = shortType(event.type);
  const name = type.replace('session.', '');
  if (name === 'assigned') {
    const why = assignReasons.find((each) => each === reason) ?? 'start';
    return (
      <span>
        {t(`event.session.assigned.${why}`, {
          collector: data.collector_id ?? '?',
          epoch: String(event.sequence),
        })}
      </span>
    );
  }
  const release = name === 'released' ? releaseReasons.find((each) => each === reason) : undefined;
  if (release !== undefined) {
    return (
      <span>
        {t(`event.session.released.${release}`, { collector: data.collector_id ?? '?' })}
        {release === 'refused' && reasonText !== null && <span className="quiet"> {reasonText}</span>}
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
  if (name === 'reconfigured') {
    const version = String(data.config_version ?? '?');
    const key = data.cause === 'rolled_back' ? 'rolled_back' : 'requested';
    return (
      <span>
        {t(`event.session.reconfigured.${key}`, { by, version })}
        {reason !== '' && <span className="quiet"> {t('event.reason', { reason })}</span>}
      </span>
    );
  }
  // An event of a later release is shown by its own name.
  if (!eventsWithText.has(name)) return <span>{event.type}</span>;
  const text = (t as (key: string, values: object) => string)(`event.session.${name}`, { by });
  const isReasonTold = reason !== '' && name !== 'resumed';
  return (
    <span>
      {text}
      {isReasonTold && <span className="quiet"> {t('event.reason', { reason: reasonText ?? reason })}</span>}
    </span>
  );
}

/** `session.assigned`, without its prefix and suffix in the log. */
function shortType(type: string): string {
  return /session\.[a-z]+/.exec(type)?.[0] ?? type;
}
