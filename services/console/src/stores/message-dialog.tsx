import { Overlay } from '../parts/overlay.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { useQuarantined } from './queries.ts';
import { useStoreTexts } from './texts.ts';

/** One message of the quarantine, whole. */
export default function MessageDialog({ sequence, onClose }: { sequence: number; onClose: () => void }) {
  const { t } = useStoreTexts();
  const plant = usePlantTime();
  const query = useQuarantined(sequence);
  return (
    <Overlay title={t('stores.message.title', { sequence })} onClose={onClose}>
      <QueryAnswer query={query} title={t('stores.quarantine.failed')}>
        {({ subject, stream, original_sequence, reason, time, body }) => (
          <div className="message">
            <dl>
              <dt>{t('stores.quarantine.reason')}</dt>
              <dd lang="en">{reason}</dd>
              <dt>{t('stores.message.from')}</dt>
              <dd>
                {t('stores.message.place', {
                  subject: subject || '–',
                  sequence: original_sequence,
                  stream: stream || '–',
                })}
              </dd>
              <dt>{t('stores.quarantine.when')}</dt>
              <dd>{plant.whole(new Date(time))}</dd>
            </dl>
            <h3>{t('stores.message.body')}</h3>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
            <pre tabIndex={0}>{inLines(body)}</pre>
          </div>
        )}
      </QueryAnswer>
    </Overlay>
  );
}

/** JSON broken into lines; any other text unchanged. */
function inLines(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
