import { Button } from 'react-aria-components/Button';
import { ReasonField } from '../../parts/reason-field.tsx';
import { useConfigurationTexts } from '../texts.ts';

/** The end of a form: why, and the buttons. They stay in sight while the form is scrolled. */
export function EditActions({
  reason,
  setReason,
  isChanged,
  isSaving,
  action,
  onCancel,
}: {
  reason: string;
  setReason: (reason: string) => void;
  isChanged: boolean;
  isSaving: boolean;
  /** What the button says if it creates something. */
  action?: string;
  /** Goes back to what is stored; undefined where nothing was typed. */
  onCancel: (() => void) | undefined;
}) {
  const { t } = useConfigurationTexts();
  return (
    <div className="edit-actions">
      <ReasonField
        label={t('config.reason')}
        hint={t('config.reason.hint')}
        value={reason}
        onReason={setReason}
      />
      <Button className="button is-main" type="submit" isDisabled={!isChanged || isSaving}>
        {isSaving ? t('config.saving') : (action ?? t('config.save'))}
      </Button>
      {onCancel && (
        <Button className="button" onPress={onCancel}>
          {t('config.discard')}
        </Button>
      )}
    </div>
  );
}
