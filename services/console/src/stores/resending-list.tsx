import { Button } from 'react-aria-components/Button';
import { Icon } from '../parts/icon.tsx';
import type { ResendingState } from './resending.ts';
import { useStoreTexts } from './texts.ts';
import './resending.css';

/** Outcomes of sending messages again, newest first: each says `processed` only once the writer has handled them. */
export function ResendingList({
  all,
  dismiss,
}: {
  all: readonly ResendingState[];
  dismiss: (id: number) => void;
}) {
  const { t } = useStoreTexts();
  return (
    <div role="status" className="resendings">
      {all.map((each) => (
        <div key={each.id} className={`resending is-${resultOf(each)}`}>
          <div>
            {each.subject !== undefined && <p className="quiet small">{each.subject}</p>}
            <Result of={each} />
          </div>
          {each.phase !== 'sending' && (
            <Button
              className="button is-bare"
              aria-label={t('command.dismiss')}
              onPress={() => dismiss(each.id)}
            >
              <Icon name="close" />
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}

function Result({
  of: { phase, sentCount, keptMessages, keptCount, returnedCount, returnedBecause, isMore },
}: {
  of: ResendingState;
}) {
  const { t } = useStoreTexts();
  if (phase === 'sending') return <p>{t('stores.resending.sending')}</p>;
  return (
    <>
      {sentCount === 0 && keptCount === 0 && <p>{t('stores.resending.nothing')}</p>}
      {sentCount > 0 && phase === 'waiting' && <p>{t('stores.resending.waiting', { count: sentCount })}</p>}
      {phase === 'unsettled' && <p>{t('stores.resending.unsettled')}</p>}
      {sentCount > 0 && phase === 'settled' && (
        <p>
          {returnedCount > 0
            ? t('stores.resending.returned', { count: returnedCount, reason: returnedBecause ?? '' })
            : t('stores.resending.stored', { count: sentCount })}
        </p>
      )}
      {keptCount > 0 && (
        <>
          <p>{t('stores.resending.kept', { count: keptCount })}</p>
          <ul className="kept small">
            {keptMessages.map(({ sequence, detail }) => (
              <li key={sequence}>
                {sequence}
                {t('app.colon')}
                {detail}
              </li>
            ))}
          </ul>
        </>
      )}
      {isMore && <p>{t('stores.resending.isMore')}</p>}
    </>
  );
}

function resultOf({ phase, returnedCount, keptCount }: ResendingState): 'open' | 'well' | 'short' {
  if (phase === 'sending' || phase === 'waiting') return 'open';
  return phase === 'unsettled' || returnedCount > 0 || keptCount > 0 ? 'short' : 'well';
}
