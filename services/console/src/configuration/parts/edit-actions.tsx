import { Button } from 'react-aria-components/Button';
import { ReasonField } from '../../parts/reason-field.tsx';
import { useConfigurationTexts } from '../texts.ts';

/** The end of a form: why, and the buttons. They stay in sight while the form is scrolled. */
export function EditActions({
  reason,
  setReason,
  isChanged,
  isSaving,
  whyNot,
  action,
  onCancel,
}: {
  reason: string;
  setReason: (reason: string) => void;
  isChanged: boolean;
  isSaving: boolean;
  /** Why the user may not save it, in words; undefined if they may. */
  whyNot?: string | undefined;
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
      <Button
        className="button is-main"
        type="submit"
        isDisabled={!isChanged || isSaving || whyNot !== undefined}
      >
        {isSaving ? t('config.saving') : (action ?? t('config.save'))}
      </Button>
      {onCancel && (
        <Button className="button" onPress={onCancel}>
          {t('config.discard')}
        </Button>
      )}
      {whyNot !== undefined && <p className="quiet small">{whyNot}</p>}
    </div>
  );
}
