import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePlantTime } from '../../time/plant-time.tsx';
import { EventText } from '../../words/event-text.tsx';
import { useEvents } from './session-queries.ts';
import { useDetailTexts } from './texts.ts';

/** The events of the session, newest first. */
export function Events({ id }: { id: string }) {
  const { t } = useDetailTexts();
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
