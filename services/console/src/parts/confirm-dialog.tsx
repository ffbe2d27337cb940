import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePreferences } from '../app/preferences.tsx';
import { Overlay } from './overlay.tsx';

/** Asks before something is done that cannot be taken back by the same press. */
export function ConfirmDialog({
  title,
  action,
  isPending,
  onConfirm,
  onClose,
  children,
}: {
  readonly title: string;
  /** What the button says, as a verb. */
  readonly action: string;
  readonly isPending: boolean;
  onConfirm(): void;
  onClose(): void;
  readonly children: ReactNode;
}) {
  const { t } = usePreferences();
  return (
    <Overlay title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <p>{children}</p>
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit" isDisabled={isPending}>
            {action}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}
