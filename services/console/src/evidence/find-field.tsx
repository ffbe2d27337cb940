import { usePreferences } from '../app/preferences.tsx';
import { Icon } from '../parts/icon.tsx';
import { useTyped } from './use-typed.ts';

/** Narrows a screen to what has such names. */
export function FindField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (find: string) => void;
}) {
  const { t } = usePreferences();
  const [typed, type] = useTyped(value, onChange);
  return (
    <label className="evidence-find">
      <span className="heard">{t('sessions.find')}</span>
      <Icon name="search" />
      <input
        id="find"
        type="search"
        placeholder={label}
        value={typed}
        onChange={({ target }) => type(target.value)}
      />
    </label>
  );
}
