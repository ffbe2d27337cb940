import { Button } from 'react-aria-components/Button';
import { Overlay } from '../parts/overlay.tsx';
import { useStoreTexts } from './texts.ts';

/** Asks for confirmation before many messages go back at once. */
export default function SendManyDialog({
  isFiltered,
  onClose,
  onConfirm,
}: {
  isFiltered: boolean;
  onClose: () => void;
  onConfirm: () => void;
}) {
  const { t } = useStoreTexts();
  return (
    <Overlay title={t('stores.quarantine.many.title')} onClose={onClose}>
      <p>{t(isFiltered ? 'stores.quarantine.many.filtered' : 'stores.quarantine.many.text')}</p>
      <div className="overlay-actions">
        <Button className="button" onPress={onClose}>
          {t('command.cancel')}
        </Button>
        <Button className="button is-main" onPress={onConfirm}>
          {t('stores.quarantine.many.do')}
        </Button>
      </div>
    </Overlay>
  );
}
