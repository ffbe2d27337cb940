import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePreferences } from '../../app/preferences.tsx';
import type { TextKey } from '../../i18n/texts.ts';
import { usePlantTime } from '../../time/plant-time.tsx';
import { shortType } from './holder-spans.ts';
import { useEvents } from './session-queries.ts';

/** The events of the session, newest first. */
export function Events({ id }: { id: string }) {
  const { t } = usePreferences();
  const plant = usePlantTime();
  const { data } = useEvents(id);
  const [atMost, setAtMost] = useState(6);
  if (data === undefined) return null;
  const newest = data.toReversed();
  return (
    <section>
      <h3>{t('detail.events')}</h3>
      <ol className="events">
        {newest.slice(0, atMost).map((event) => (
          <li key={event.sequence}>
            <time dateTime={event.time ?? undefined}>{event.time && plant.moment(new Date(event.time))}</time>
            <EventText event={event} />
          </li>
        ))}
      </ol>
      {newest.length > atMost && (
        <Button className="button is-bare more" onPress={() => setAtMost(atMost + 20)}>
          {t('detail.events.more')}
        </Button>
      )}
    </section>
  );
}

const assigned = ['start', 'failover', 'drain', 'rebalance', 'recovery', 'resume'] as const;
const told = new Set(['started', 'paused', 'resumed', 'stopped', 'failed', 'warned', 'unassigned']);

function EventText({ event }: { event: SessionEventView }) {
  const { t } = usePreferences();
  const data = (event.data ?? {}) as { by?: string; reason?: string; collector_id?: string };
  const { by = '?', reason = '' } = data;
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
  const text = (t as (key: TextKey, values?: object) => string)(`event.session.${name}` as TextKey, { by });
  const isReasonTold = reason !== '' && name !== 'resumed';
  return (
    <span>
      {text}
      {isReasonTold && <span className="quiet"> {t('event.reason', { reason })}</span>}
    </span>
  );
}
