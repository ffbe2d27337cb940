import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { usePreferences } from '../app/preferences.tsx';
import { Icon } from './icon.tsx';
import './overlay.css';

/** A dialog over the page. The focus goes back to where it was. */
export function Overlay({
  title,
  closedBy = 'any',
  onClose,
  children,
}: {
  title: string;
  /** `any`: also by Escape and a click outside; `button`: by its buttons alone; `none`: not now. */
  closedBy?: 'any' | 'button' | 'none';
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = usePreferences();
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={closedBy === 'any'}
      isKeyboardDismissDisabled={closedBy !== 'any'}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="overlay-box">
        <Dialog className="overlay-dialog">
          <header>
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <Button
              className="button is-bare"
              aria-label={t('app.close')}
              isDisabled={closedBy === 'none'}
              onPress={onClose}
            >
              <Icon name="close" />
            </Button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The end of a form in a dialog: a way out, and the button that sends it. */
export function OverlayActions({
  isDisabled,
  isCancelDisabled = false,
  onCancel,
  note,
  children,
}: {
  isDisabled: boolean;
  isCancelDisabled?: boolean;
  onCancel: () => void;
  /** Shown before the buttons. */
  note?: ReactNode;
  /** What the button says, as a verb. */
  children: ReactNode;
}) {
  const { t } = usePreferences();
  return (
    <div className="overlay-actions">
      {note}
      <Button className="button" isDisabled={isCancelDisabled} onPress={onCancel}>
        {t('command.cancel')}
      </Button>
      <Button className="button is-main" type="submit" isDisabled={isDisabled}>
        {children}
      </Button>
    </div>
  );
}
