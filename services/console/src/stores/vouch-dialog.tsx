import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FreshLogin } from '../fresh-login/fresh-login.tsx';
import { Overlay } from '../parts/overlay.tsx';
import type { LostEpoch } from './lost-epochs.ts';
import { useStoreTexts } from './texts.ts';

/** Tells users what they vouch for by sending samples of lost epochs again; asks for a fresh login if the last is old. */
export default function VouchDialog({
  epoch,
  onClose,
  onConfirm,
}: {
  epoch: LostEpoch;
  onClose: () => void;
  /** Sends the samples. @returns `fresh` when the API first asks for a new login */
  onConfirm: () => Promise<'sent' | 'fresh'>;
}) {
  const { t } = useStoreTexts();
  const [step, setStep] = useState<'ask' | 'sending' | 'fresh'>('ask');
  const send = async () => {
    setStep('sending');
    if ((await onConfirm()) === 'fresh') setStep('fresh');
    else onClose();
  };
  const { collector, epochs, count } = epoch;
  return (
    <Overlay title={t('stores.vouch.title', { count })} onClose={onClose}>
      {step === 'fresh' ? (
        <FreshLogin why={t('stores.vouch.fresh')} onDone={() => void send()} onClose={onClose} />
      ) : (
        <>
          <p>{t('stores.vouch.lost', { collector, epochs: epochs.join(t('app.list')) })}</p>
          <p>{t('stores.vouch.what', { collector })}</p>
          <p className="quiet small">{t('stores.vouch.when')}</p>
          <div className="overlay-actions">
            <Button className="button" onPress={onClose}>
              {t('command.cancel')}
            </Button>
            <Button className="button is-main" isDisabled={step === 'sending'} onPress={() => void send()}>
              {t('stores.vouch.do')}
            </Button>
          </div>
        </>
      )}
    </Overlay>
  );
}
