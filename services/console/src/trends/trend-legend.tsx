import type { PointTrend, PointTrends } from '@holdfast/shared/contracts/http/points-http.ts';
import { type Ref, useImperativeHandle, useMemo, useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import { Icon } from '../parts/icon.tsx';
import { valueText } from '../values/value-text.ts';
import type { ChartLine } from './chart.tsx';
import { useTrendsTexts } from './texts.ts';

export interface LegendHandle {
  /** Shows the values of the curves at a time, in seconds. */
  pointAt(time: number | undefined): void;
}

interface LegendProps {
  readonly ref: Ref<LegendHandle>;
  readonly label: string;
  readonly lines: readonly ChartLine[];
  readonly devices: PointTrends['devices'];
  readonly onRemove: (point: string) => void;
}

/** The curves of a chart by name, with their figures; the value at the cursor follows its moves. */
export function TrendLegend({ ref, label, lines, devices, onRemove }: LegendProps) {
  const { t, locale } = useTrendsTexts();
  const text = useMemo(
    () => valueText({ locale, yes: t('trends.true'), no: t('trends.false') }),
    [locale, t],
  );
  const numbers = new Intl.NumberFormat(locale);
  const body = useRef<HTMLTableSectionElement>(null);
  useImperativeHandle(
    ref,
    () => ({
      pointAt(time) {
        for (const [index, row] of [...(body.current?.rows ?? [])].entries()) {
          const line = lines[index]?.line;
          const cell = row.querySelector('[data-cursor]');
          if (line && cell) cell.textContent = time === undefined ? '' : textAt(line, time, text);
        }
      },
    }),
    [lines, text],
  );
  const figure = (value: number | undefined) => (value === undefined ? '–' : text(value));
  return (
    <div className="trend-legend-room">
      <table className="trend-legend" aria-label={label}>
        <thead>
          <tr>
            {(['point', 'cursor', 'last', 'min', 'mean', 'max', 'missing'] as const).map((column) => (
              <th key={column} scope="col" className={column === 'point' ? undefined : 'is-number'}>
                {t(`trends.column.${column}`)}
              </th>
            ))}
            <th>
              <span className="heard">{t('trends.remove', { point: '' })}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {lines.map(({ line: { trend, kind }, colour }) => {
            const { last, min, mean, max, missing } = figuresOf(trend, devices);
            return (
              <tr key={trend.point}>
                <th scope="row">
                  <span className={`trend-key is-${(colour % 8) + 1}${colour >= 8 ? ' is-dashed' : ''}`} />
                  <span className="trend-name">
                    {trend.device} <strong>{trend.point_code}</strong>{' '}
                    <span className="quiet">
                      {trend.name}
                      {trend.uncertain.length > 0 && (
                        <> ◆ {t('trends.uncertain.count', { count: trend.uncertain.length })}</>
                      )}
                    </span>
                    {kind === 'text' && <span className="quiet"> {t('trends.text')}</span>}
                    {trend.times.length === 0 && <span className="quiet"> {t('trends.empty')}</span>}
                  </span>
                </th>
                <td className="is-number" data-cursor />
                <td className="is-number">{text(last ?? null)}</td>
                <td className="is-number">{figure(min)}</td>
                <td className="is-number">{figure(mean)}</td>
                <td className="is-number">{figure(max)}</td>
                <td className="is-number">
                  {missing === undefined ? t('trends.missing.unknown') : numbers.format(missing)}
                </td>
                <td>
                  <Button
                    className="button is-bare"
                    aria-label={t('trends.remove', { point: trend.point })}
                    onPress={() => onRemove(trend.point)}
                  >
                    <Icon name="close" />
                  </Button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The line's value at a time: the last one before it, unless the line is broken there. */
function textAt(
  { times, values, range, trend }: ChartLine['line'],
  time: number,
  text: (value: number) => string,
) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  const value = values[low - 1];
  if (value == null) return '–';
  const [least, most] = [range?.low[low - 1], range?.high[low - 1]];
  if (trend.interval_seconds === null || least == null || most == null || least === most) return text(value);
  return `${text(least)} … ${text(most)}`;
}

/** The figures that people want to know about a whole curve. */
interface TrendFigures {
  readonly last: PointTrend['last'][number] | undefined;
  readonly min: number | undefined;
  readonly mean: number | undefined;
  readonly max: number | undefined;
  /** Ticks of its device without anything on record, or undefined if unknown. */
  readonly missing: number | undefined;
}

function figuresOf(
  { last, min, mean, max, device }: PointTrend,
  devices: PointTrends['devices'],
): TrendFigures {
  const numbers = (values: readonly unknown[]) =>
    values.filter((value) => value !== null && typeof value !== 'boolean' && value !== '').map(Number);
  const [lows, means, highs] = [numbers(min ?? last), numbers(mean ?? last), numbers(max ?? last)];
  const isNumber = means.length > 0 && means.every(Number.isFinite);
  const gaps = devices.find((each) => each.device === device)?.gaps;
  return {
    last: last.at(-1),
    ...(isNumber
      ? {
          min: lows.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
          mean: means.reduce((sum, value) => sum + value, 0) / means.length,
          max: highs.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
        }
      : { min: undefined, mean: undefined, max: undefined }),
    missing: gaps?.reduce((sum, { ticks }) => sum + ticks, 0),
  };
}
