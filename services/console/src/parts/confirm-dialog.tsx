import type { ReactNode } from 'react';
import { Overlay, OverlayActions } from './overlay.tsx';

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
  return (
    <Overlay title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <p>{children}</p>
        <OverlayActions isDisabled={isPending} onCancel={onClose}>
          {action}
        </OverlayActions>
      </form>
    </Overlay>
  );
}
