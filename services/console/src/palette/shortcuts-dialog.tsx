import { Overlay } from '../parts/overlay.tsx';
import { usePaletteTexts } from './texts.ts';
import './palette.css';

const shortcuts = [
  ['palette', ['Ctrl', 'K']],
  ['this', ['Ctrl', '/']],
  ['rows', ['↑', '↓']],
  ['enter', ['Enter']],
  ['escape', ['Esc']],
  ['tab', ['Tab', 'Shift + Tab']],
] as const;

/** The keys that the console knows. */
export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t, singleKeys, setSingleKeys } = usePaletteTexts();
  return (
    <Overlay title={t('shortcuts.title')} onClose={onClose}>
      <dl className="shortcuts">
        {shortcuts.map(([name, keys]) => (
          <div key={name}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
              {name === 'this' && singleKeys && <kbd>?</kbd>}
            </dt>
            <dd>{t(`shortcuts.${name}`)}</dd>
          </div>
        ))}
      </dl>
      <label className="option shortcuts-single">
        <input
          type="checkbox"
          checked={singleKeys}
          onChange={({ target }) => setSingleKeys(target.checked)}
        />
        <span>{t('shortcuts.single')}</span>
        <small>{t('shortcuts.single.how')}</small>
      </label>
    </Overlay>
  );
}
