import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePlantTime } from '../../time/plant-time.tsx';
import { useFeed } from '../../timeline/feed.ts';
import { HappeningText } from '../../timeline/happening-text.tsx';
import { useDetailTexts } from './texts.ts';

/**
 * The newest events of the session and, separately, the newest changes of its devices: changes of five devices must not
 * push the last change of holder out of the list.
 */
export function Events({ id }: { id: string }) {
  const { t } = useDetailTexts();
  return (
    <>
      <Newest id={id} of="session" title={t('detail.events')} more={t('detail.events.more')} first={6} />
      <Newest id={id} of="device" title={t('detail.changes')} more={t('detail.changes.more')} first={4} />
    </>
  );
}

interface NewestProps {
  readonly id: string;
  readonly of: 'session' | 'device';
  readonly title: string;
  readonly more: string;
  readonly first: number;
}

function Newest({ id, of, title, more, first }: NewestProps) {
  const plant = usePlantTime();
  const { rows, hasMore, readOn } = useFeed(id, [of], {});
  const [atMost, setAtMost] = useState(first);
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
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
          {more}
        </Button>
      )}
    </section>
  );
}
