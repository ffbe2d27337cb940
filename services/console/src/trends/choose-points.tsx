import { pointName } from '@holdfast/shared/contracts/http/point-name.ts';
import type { PointValuesPage } from '@holdfast/shared/contracts/http/points-http.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { Answered } from '../parts/answered.tsx';
import { Overlay } from '../parts/overlay.tsx';
import { useTrendsTexts } from './texts.ts';
import { trendsAtMost } from './trends-search.ts';

/** The most points listed; others are found by their names. */
const shownAtMost = 200;

interface ChooseProps {
  readonly chosen: readonly string[];
  readonly onChoose: (points: readonly string[]) => void;
  readonly onClose: () => void;
}

/** Asks which of all points to show. */
export default function ChoosePoints({ chosen: before, onChoose, onClose }: ChooseProps) {
  const { t } = useTrendsTexts();
  const [chosen, setChosen] = useState(before);
  const [find, setFind] = useState('');
  const query = useQuery({
    queryKey: ['values', 'names'],
    queryFn: () => api.get<PointValuesPage>('/api/acquisition/points/values/', { limit: 5_000 }),
  });
  const set = (name: string, isChosen: boolean) =>
    setChosen(isChosen ? [...chosen, name] : chosen.filter((each) => each !== name));
  return (
    <Overlay title={t('trends.choose')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChoose(chosen);
        }}
      >
        <input
          type="search"
          className="field"
          aria-label={t('trends.choose.find')}
          placeholder={t('trends.choose.find')}
          value={find}
          onChange={({ target }) => setFind(target.value)}
        />
        <Answered query={query} title={t('trends.failed')}>
          {({ results }) => {
            const words = find.toLowerCase().split(/\s+/).filter(Boolean);
            const found = results.filter(({ device, point_code, name, unit }) => {
              const text = `${device} ${point_code} ${name} ${unit}`.toLowerCase();
              return words.every((word) => text.includes(word));
            });
            return (
              <fieldset className="options">
                <legend className="heard">{t('trends.choose')}</legend>
                {found.slice(0, shownAtMost).map(({ device, point_code, name: title, unit }) => {
                  const name = pointName({ device, point: point_code });
                  const isChosen = chosen.includes(name);
                  return (
                    <label key={name} className="option">
                      <input
                        type="checkbox"
                        checked={isChosen}
                        disabled={!isChosen && chosen.length >= trendsAtMost}
                        onChange={({ target }) => set(name, target.checked)}
                      />
                      <span>
                        {device} · {point_code} {unit && <span className="quiet">{unit}</span>}
                      </span>
                      {title && <small>{title}</small>}
                    </label>
                  );
                })}
                {found.length === 0 && <p className="quiet">{t('trends.choose.none')}</p>}
                {found.length > shownAtMost && (
                  <p className="quiet">{t('trends.choose.more', { count: found.length - shownAtMost })}</p>
                )}
              </fieldset>
            );
          }}
        </Answered>
        <p className="quiet">{t('trends.choose.most', { count: chosen.length, most: trendsAtMost })}</p>
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit" isDisabled={chosen.length === 0}>
            {t('trends.choose.do')}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}
