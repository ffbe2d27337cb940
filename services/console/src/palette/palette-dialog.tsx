import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Icon } from '../parts/icon.tsx';
import type { ShellDialog } from '../parts/shell-dialog.ts';
import type { Entry, EntryGroup } from './entries.ts';
import { usePaletteTexts } from './texts.ts';
import { useEntries } from './use-entries.tsx';
import '../parts/overlay.css';
import './palette.css';

const groups: readonly EntryGroup[] = ['sessions', 'devices', 'screens', 'actions'];

/** Finds sessions, devices and screens by their names, and takes commands; works by keys alone. */
export default function PaletteDialog({
  onClose,
  onOpen,
}: {
  onClose: () => void;
  onOpen: (dialog: ShellDialog) => void;
}) {
  const { t } = usePaletteTexts();
  const [text, setText] = useState('');
  const [chosenIndex, setChosenIndex] = useState(0);
  // The text for which Enter came before anything was found: the first find is then chosen.
  const [commandToConfirm, setCommandToConfirm] = useState<string>();
  const { entries, isSearching, isUnreachable, dialog } = useEntries(text, { onClose, onOpen });
  const visibleEntries = groups.flatMap((group) => entries.filter((entry) => entry.group === group));
  const at = Math.min(chosenIndex, visibleEntries.length - 1);
  const id = useId();
  const optionId = (index: number) => `${id}-${index}`;
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, at]);
  useEffect(() => {
    if (commandToConfirm !== text || (isSearching && visibleEntries.length === 0)) return;
    setCommandToConfirm(undefined);
    run(visibleEntries[at]);
  });
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = visibleEntries.length - 1;
    const next = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(last, at + 8),
      PageUp: Math.max(0, at - 8),
    }[event.key];
    if (event.key === 'Enter') {
      if (visibleEntries.length === 0 && isSearching) setCommandToConfirm(text);
      else run(visibleEntries[at]);
    } else if (next !== undefined) setChosenIndex(next);
    else return;
    event.preventDefault();
  };
  if (dialog) return dialog;
  return (
    <ModalOverlay
      className="overlay palette"
      isOpen
      isDismissable
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="palette-box">
        <Dialog className="palette-dialog" aria-label={t('palette.title')}>
          <div className="palette-field">
            <Icon name="search" />
            <input
              role="combobox"
              aria-label={t('palette.title')}
              aria-expanded="true"
              aria-controls={id}
              aria-autocomplete="list"
              aria-activedescendant={at >= 0 ? optionId(at) : undefined}
              placeholder={t('palette.title')}
              autoComplete="off"
              spellCheck={false}
              maxLength={100}
              autoFocus
              value={text}
              onChange={({ target }) => {
                setText(target.value);
                setChosenIndex(0);
              }}
              onKeyDown={press}
            />
          </div>
          <div className="palette-list" role="listbox" id={id} aria-label={t('palette.title')} tabIndex={-1}>
            {groups.map((group) => {
              const own = visibleEntries.filter((entry) => entry.group === group);
              return own.length === 0 ? null : (
                <div key={group} role="group" aria-label={t(`palette.group.${group}`)}>
                  <p className="palette-group" aria-hidden="true">
                    {t(`palette.group.${group}`)}
                  </p>
                  {own.map((entry) => {
                    const index = visibleEntries.indexOf(entry);
                    return (
                      // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys of a list box
                      <div
                        key={entry.id}
                        id={optionId(index)}
                        role="option"
                        className="palette-entry"
                        aria-selected={index === at}
                        aria-disabled={entry.forbidden !== undefined}
                        onClick={() => run(entry)}
                      >
                        <span>{entry.name}</span>
                        <span className="quiet small">{entry.forbidden ?? entry.detail}</span>
                      </div>
                    );
                  })}
                </div>
              );
            })}
          </div>
          <p className="palette-foot small" role="status">
            {isUnreachable
              ? t('palette.failed')
              : visibleEntries.length === 0
                ? t('palette.none')
                : t('palette.keys')}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function run(entry: Entry | undefined): void {
  if (entry?.forbidden === undefined) entry?.run();
}
