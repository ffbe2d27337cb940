import { usePreferences } from '../app/preferences.tsx';
import { Icon } from '../parts/icon.tsx';

/** Narrows what a screen shows by its names; Ctrl+K leads to it. */
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
  return (
    <label className="evidence-find">
      <span className="heard">{t('sessions.find')}</span>
      <Icon name="search" />
      <input
        id="find"
        type="search"
        placeholder={label}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
