import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Icon } from '../parts/icon.tsx';
import type { ShellDialog } from '../parts/shell-dialog.ts';
import { usePreferences } from './preferences.tsx';

type Dialog = ComponentType<{ onClose: () => void; onOpen: (dialog: ShellDialog) => void }>;

const loadPalette = () => import('../palette/palette-dialog.tsx');
const dialogs: Readonly<Record<ShellDialog, Dialog>> = {
  palette: lazy(loadPalette),
  shortcuts: lazy(() => import('../palette/shortcuts-dialog.tsx')),
  account: lazy(() => import('../account/account-dialog.tsx')),
  start: lazy(() => import('../sessions/start-dialog.tsx')),
};

/** Dialogs that open from every screen, by a key, by the palette or by a button; one at a time. */
export function useShellDialogs() {
  const { singleKeys } = usePreferences();
  const [open, setOpen] = useState<ShellDialog>();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      // The palette is then loaded when the second key comes, so that it takes the keys typed next.
      if (event.key === 'Control' || event.key === 'Meta') void loadPalette();
      const name = dialogOf(event, singleKeys);
      if (name === undefined || document.querySelector('[role=dialog]')) return;
      event.preventDefault();
      setOpen(name);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [singleKeys]);
  const Dialog = open && dialogs[open];
  const dialog = Dialog && (
    <Suspense fallback={null}>
      <Dialog onClose={() => setOpen(undefined)} onOpen={setOpen} />
    </Suspense>
  );
  return { setOpen, dialog };
}

/** The dialog that a key opens: none while the user types text or composes characters. */
function dialogOf(event: KeyboardEvent, singleKeys: boolean): ShellDialog | undefined {
  if (event.isComposing || event.altKey) return undefined;
  const isChord = event.ctrlKey || event.metaKey;
  if (isChord && event.key.toLowerCase() === 'k' && !event.shiftKey) return 'palette';
  if (isChord && event.key === '/') return 'shortcuts';
  if (isChord || !singleKeys || isTyping(event.target)) return undefined;
  return event.key === '?' || event.key === '？' ? 'shortcuts' : undefined;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** Opens the palette by pointer, and shows the key that opens it. */
export function PaletteButton({ onPress }: { onPress: () => void }) {
  const { t } = usePreferences();
  return (
    <Button
      className="palette-button"
      aria-label={t('palette.open')}
      aria-keyshortcuts="Control+K"
      onPress={onPress}
    >
      <Icon name="search" />
      <span className="palette-button-text">{t('palette.open')}</span>
      {/* Drawn, not written: the button's name is its text. */}
      <span className="key" aria-hidden="true" data-key="Ctrl K" />
    </Button>
  );
}
