import { Button } from 'react-aria-components/Button';
import { Icon } from '../parts/icon.tsx';
import type { Resending } from './resending.ts';
import { useStoreTexts } from './texts.ts';
import './resending.css';

/** Outcomes of sending messages again, newest first: each says `processed` only once the writer has handled them. */
export function ResendingList({
  all,
  dismiss,
}: {
  all: readonly Resending[];
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
  of: { phase, sent, kept, keptCount, returned, returnedBecause, isMore },
}: {
  of: Resending;
}) {
  const { t } = useStoreTexts();
  if (phase === 'sending') return <p>{t('stores.resending.sending')}</p>;
  return (
    <>
      {sent === 0 && keptCount === 0 && <p>{t('stores.resending.nothing')}</p>}
      {sent > 0 && phase === 'waiting' && <p>{t('stores.resending.waiting', { count: sent })}</p>}
      {phase === 'unsettled' && <p>{t('stores.resending.unsettled')}</p>}
      {sent > 0 && phase === 'settled' && (
        <p>
          {returned > 0
            ? t('stores.resending.returned', { count: returned, reason: returnedBecause ?? '' })
            : t('stores.resending.stored', { count: sent })}
        </p>
      )}
      {keptCount > 0 && (
        <>
          <p>{t('stores.resending.kept', { count: keptCount })}</p>
          <ul className="kept small">
            {kept.map(({ sequence, detail }) => (
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

function resultOf({ phase, returned, keptCount }: Resending): 'open' | 'well' | 'short' {
  if (phase === 'sending' || phase === 'waiting') return 'open';
  return phase === 'unsettled' || returned > 0 || keptCount > 0 ? 'short' : 'well';
}
