import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Overlay } from '../../parts/overlay.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';
import { useDetailTexts } from './texts.ts';

interface ReasonDialogProps {
  readonly command: 'stop' | 'pause';
  readonly name: string;
  onClose(): void;
  onConfirm(reason: string): void;
}

/** Asks for confirmation and a reason before reading stops. */
export function ReasonDialog({ command, name, onClose, onConfirm }: ReasonDialogProps) {
  const { t } = useDetailTexts();
  const [reason, setReason] = useState('');
  return (
    <Overlay title={t(`command.${command}.title`, { session: name })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(reason.trim());
        }}
      >
        <p>{t(`command.${command}.text`)}</p>
        <ReasonField
          label={t('command.stop.reason')}
          hint={t('command.stop.reason.hint')}
          value={reason}
          isFirst
          onReason={setReason}
        />
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit">
            {t(`command.${command}.do`)}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}
