import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePlantTime } from '../../time/plant-time.tsx';
import { useFeed } from '../../timeline/feed.ts';
import { HappeningText } from '../../timeline/happening-text.tsx';
import { useDetailTexts } from './texts.ts';

/** The events of the session and of its devices, newest first. */
export function Events({ id }: { id: string }) {
  const { t } = useDetailTexts();
  const plant = usePlantTime();
  const { rows, hasMore, readOn } = useFeed(id, ['session', 'device'], {});
  const [atMost, setAtMost] = useState(6);
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{t('detail.events')}</h3>
      <ol className="events">
        {rows.slice(0, atMost).map((row) => (
          <li key={row.key}>
            <time dateTime={row.time}>{plant.moment(new Date(row.time))}</time>
            <HappeningText session={id} row={row} />
          </li>
        ))}
      </ol>
      {(rows.length > atMost || hasMore) && (
        <Button
          className="button is-bare more"
          onPress={() => {
            setAtMost(atMost + 20);
            if (rows.length <= atMost + 20) readOn();
          }}
        >
          {t('detail.events.more')}
        </Button>
      )}
    </section>
  );
}
