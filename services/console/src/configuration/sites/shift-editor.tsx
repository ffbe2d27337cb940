import { Button } from 'react-aria-components/Button';
import { Icon } from '../../parts/icon.tsx';
import { useConfigurationTexts } from '../texts.ts';

export interface Shift {
  readonly name: string;
  /** `HH:MM` by the plant's clock. */
  readonly start: string;
}

const shiftsAtMost = 12;

/** The shifts of a site: each ends when the next one begins. */
export function ShiftEditor({
  shifts,
  zone,
  refusals,
  onChange,
}: {
  shifts: readonly Shift[];
  /** Time zone of the plant's clock. */
  zone: string;
  /** Faults that the API found, by path. */
  refusals: ReadonlyMap<string, string>;
  onChange: (shifts: readonly Shift[]) => void;
}) {
  const { t } = useConfigurationTexts();
  const set = (index: number, change: Partial<Shift>) =>
    onChange(shifts.map((each, at) => (at === index ? { ...each, ...change } : each)));
  return (
    <fieldset className="shift-editor">
      <legend>{t('config.shifts')}</legend>
      <p className="small quiet">{t('config.shifts.help', { zone })}</p>
      <ol>
        {shifts.map(({ name, start }, index) => {
          const end = endOf(shifts, start);
          const fault = ['name', 'start']
            .map((field) => refusals.get(`shifts.${index}.${field}`))
            .filter(Boolean)
            .join(' ');
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: shifts have no ids, and a row keeps its place while it is typed
            <li key={index}>
              <label>
                <span className="small quiet">{t('config.shift.name')}</span>
                <input
                  className="field"
                  value={name}
                  maxLength={64}
                  required
                  aria-invalid={refusals.has(`shifts.${index}.name`)}
                  onChange={({ target }) => set(index, { name: target.value })}
                />
              </label>
              <label>
                <span className="small quiet">{t('config.shift.start')}</span>
                <input
                  className="field"
                  type="time"
                  value={start}
                  required
                  aria-invalid={refusals.has(`shifts.${index}.start`)}
                  onChange={({ target }) => set(index, { start: target.value })}
                />
              </label>
              <p className="shift-end">
                <span className="small quiet">{t('config.shift.end')}</span>
                <span>{end ?? '–'}</span>
              </p>
              <Button
                className="button is-bare"
                aria-label={t('config.shift.delete', { name: name || String(index + 1) })}
                onPress={() => onChange(shifts.filter((_each, at) => at !== index))}
              >
                <Icon name="close" />
              </Button>
              {fault && <p className="small schema-fault">{fault}</p>}
            </li>
          );
        })}
      </ol>
      {shifts.length < shiftsAtMost && (
        <Button className="button" onPress={() => onChange([...shifts, nextShift(shifts)])}>
          {t('config.shift.add')}
        </Button>
      )}
    </fieldset>
  );
}

/** When the next shift of the day begins, or the first one of the next day. */
export function endOf(shifts: readonly Shift[], start: string): string | undefined {
  const starts = shifts.map((each) => each.start).filter((each) => each !== '');
  if (start === '') return undefined;
  const sorted = [...new Set(starts)].sort();
  return sorted.find((each) => each > start) ?? sorted[0];
}

/** Eight hours after the last one. */
export function nextShift(shifts: readonly Shift[]): Shift {
  const [hour = 22, minute = 0] = (shifts.at(-1)?.start || '22:00').split(':').map(Number);
  const two = (value: number) => String(value).padStart(2, '0');
  return { name: '', start: `${two((hour + 8) % 24)}:${two(minute)}` };
}
