import { pointName } from '@holdfast/shared/contracts/http/point-name.ts';
import type { PointValuesPage } from '@holdfast/shared/contracts/http/points-http.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { Overlay } from '../parts/overlay.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { useTrendsTexts } from './texts.ts';
import { trendsAtMost } from './trends-search.ts';

/** The most points listed; others are found by their names. */
const shownAtMost = 200;

interface ChooseProps {
  readonly chosenPoints: readonly string[];
  readonly onChoose: (points: readonly string[]) => void;
  readonly onClose: () => void;
}

/** Asks which of all points to show. */
export default function ChoosePoints({ chosenPoints: before, onChoose, onClose }: ChooseProps) {
  const { t } = useTrendsTexts();
  const [chosenPoints, setChosenPoints] = useState(before);
  const [find, setFind] = useState('');
  const query = useQuery({
    queryKey: ['values', 'names'],
    queryFn: () => api.get<PointValuesPage>('/api/acquisition/points/values/', { limit: 5_000 }),
  });
  const set = (name: string, isChosen: boolean) =>
    setChosenPoints(isChosen ? [...chosenPoints, name] : chosenPoints.filter((each) => each !== name));
  return (
    <Overlay title={t('trends.choose')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChoose(chosenPoints);
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
        <QueryAnswer query={query} title={t('trends.failed')}>
          {({ results }) => {
            const words = find.toLowerCase().split(/\s+/).filter(Boolean);
            const matches = results.filter(({ device, point_code, name, unit }) => {
              const text = `${device} ${point_code} ${name} ${unit}`.toLowerCase();
              return words.every((word) => text.includes(word));
            });
            return (
              <fieldset className="options">
                <legend className="heard">{t('trends.choose')}</legend>
                {matches.slice(0, shownAtMost).map(({ device, point_code, name: title, unit }) => {
                  const name = pointName({ device, point: point_code });
                  const isChosen = chosenPoints.includes(name);
                  return (
                    <label key={name} className="option">
                      <input
                        type="checkbox"
                        checked={isChosen}
                        disabled={!isChosen && chosenPoints.length >= trendsAtMost}
                        onChange={({ target }) => set(name, target.checked)}
                      />
                      <span>
                        {device} · {point_code} {unit && <span className="quiet">{unit}</span>}
                      </span>
                      {title && <small>{title}</small>}
                    </label>
                  );
                })}
                {matches.length === 0 && <p className="quiet">{t('trends.choose.none')}</p>}
                {matches.length > shownAtMost && (
                  <p className="quiet">{t('trends.choose.more', { count: matches.length - shownAtMost })}</p>
                )}
              </fieldset>
            );
          }}
        </QueryAnswer>
        <p className="quiet">{t('trends.choose.most', { count: chosenPoints.length, most: trendsAtMost })}</p>
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit" isDisabled={chosenPoints.length === 0}>
            {t('trends.choose.do')}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}
