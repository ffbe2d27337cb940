import type { PointValuesPage } from '@holdfast/shared/contracts/http/points-http.ts';
import { type ExportProgress, wideColumnsAtMost } from '@holdfast/shared/contracts/http/value-export-http.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { usePreferences } from '../app/preferences.tsx';
import { Overlay, OverlayActions } from '../parts/overlay.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { TimeField } from '../parts/time-field.tsx';
import { useSites } from '../report/report-queries.ts';
import { sizeText } from '../stores/size-text.ts';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useRangeName } from '../time/range-name.ts';
import { percentText } from '../time/share.ts';
import { spanOf, type TimeRange } from '../time/time-range.ts';
import { cancelExport, startDownload, useProgress } from './export-run.ts';
import { chosenAtFirst, type ExportedPoint, type ExportSubject, nameOf, placesOf } from './export-subject.ts';
import { latestShifts } from './export-times.ts';
import { useExportTexts } from './texts.ts';
import './export.css';

interface ExportDialogProps {
  readonly subject: ExportSubject;
  readonly range: TimeRange;
  onClose(): void;
}

/** Exports values of any points over any time as a wide table, and shows how far it is. */
export default function ExportDialog({ subject, range, onClose }: ExportDialogProps) {
  const { t } = useExportTexts();
  const [exportId, setExportId] = useState<string>();
  const query = useQuery({
    queryKey: ['values', 'names'],
    queryFn: () => api.get<PointValuesPage>('/api/acquisition/points/values/', { limit: 5_000 }),
  });
  return (
    <Overlay title={t('export.title')} closedBy={exportId === undefined ? 'any' : 'button'} onClose={onClose}>
      {exportId === undefined ? (
        <QueryAnswer query={query} title={t('export.failed')}>
          {({ results }) => (
            <ExportForm all={results} {...{ subject, range, onClose }} onStart={setExportId} />
          )}
        </QueryAnswer>
      ) : (
        <Progress id={exportId} onClose={onClose} />
      )}
    </Overlay>
  );
}

const usualTimes: readonly TimeRange[] = [
  { from: 'yesterday', to: 'today' },
  { from: 'today' },
  ...['-1h', '-8h', '-24h', '-7d', '-28d'].map((from) => ({ from })),
];
const formats = ['xlsx', 'csv', 'comma'] as const;
type Format = (typeof formats)[number];
/** Lengths in seconds of which means are offered. */
const lengths = [60, 900, 3_600] as const;
const shownAtMost = 200;
const keyOf = ({ from, to = '' }: TimeRange) => `${from} ${to}`;

function ExportForm({
  all,
  subject,
  range: shownRange,
  onStart,
  onClose,
}: ExportDialogProps & { readonly all: readonly ExportedPoint[]; onStart(id: string): void }) {
  const { t } = useExportTexts();
  const plant = usePlantTime();
  const [chosenPoints, setChosenPoints] = useState(() => chosenAtFirst(subject, all));
  const [range, setRange] = useState(shownRange);
  const [seconds, setSeconds] = useState(0);
  const [format, setFormat] = useState<Format>('xlsx');
  const places = placesOf(chosenPoints, all);
  const { from, to } = spanOf(range, plant.ofPlant, new Date());
  const isWrong = from >= to || from.getTime() >= Date.now();
  const start = () => {
    if (places === undefined || isWrong || chosenPoints.size === 0) return;
    onStart(
      startDownload([
        ...places,
        ...([
          ['layout', 'wide'],
          ['start_time', from.toISOString()],
          ['end_time', to.toISOString()],
          ['time_zone', plant.ofPlant],
          ['format', format === 'xlsx' ? 'xlsx' : 'csv'],
          ['decimal', format === 'comma' ? 'comma' : 'point'],
          ['language', document.documentElement.lang.startsWith('zh') ? 'zh' : 'en'],
        ] as const),
        ...(seconds === 0 ? [] : [['interval', `${seconds}s`] as const]),
      ]),
    );
  };
  return (
    <form
      className="export"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <PointsPart {...{ all, chosenPoints, setChosenPoints }} />
      <TimePart {...{ range, shownRange, setRange }} />
      <p role="alert" className="export-fault">
        {places === undefined
          ? t('export.tooMany', { most: wideColumnsAtMost })
          : isWrong
            ? t('export.time.wrong')
            : ''}
      </p>
      <div className="export-pair">
        <label className="labelled">
          {t('export.values')}
          <select
            className="choice"
            value={seconds}
            onChange={({ target }) => setSeconds(Number(target.value))}
          >
            <option value={0}>{t('export.values.each')}</option>
            {lengths.map((length) => (
              <option key={length} value={length}>
                {t('export.values.mean', { length: durationText(t, length) })}
              </option>
            ))}
          </select>
        </label>
        <label className="labelled">
          {t('export.format')}
          <select
            className="choice"
            value={format}
            onChange={({ target }) => setFormat(formats.find((each) => each === target.value) ?? 'xlsx')}
          >
            {formats.map((each) => (
              <option key={each} value={each}>
                {t(`export.format.${each}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="quiet small">{t('export.about', { zone: plant.ofPlant })}</p>
      <OverlayActions
        isDisabled={chosenPoints.size === 0 || places === undefined || isWrong}
        onCancel={onClose}
      >
        {t('export.do')}
      </OverlayActions>
    </form>
  );
}

function PointsPart({
  all,
  chosenPoints,
  setChosenPoints,
}: {
  readonly all: readonly ExportedPoint[];
  readonly chosenPoints: ReadonlySet<string>;
  setChosenPoints(chosenPoints: ReadonlySet<string>): void;
}) {
  const { t } = useExportTexts();
  const [find, setFind] = useState('');
  // Those chosen at first come first: with thousands of points they would not be seen.
  const [first] = useState(chosenPoints);
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = all
    .filter(({ device, point_code, name, unit }) => {
      const text = `${device} ${point_code} ${name} ${unit}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((one, other) => Number(first.has(nameOf(other))) - Number(first.has(nameOf(one))));
  const choose = (name: string, isChosen: boolean) => {
    const next = new Set(chosenPoints);
    if (isChosen) next.add(name);
    else next.delete(name);
    setChosenPoints(next);
  };
  return (
    <div className="export-points">
      <input
        type="search"
        className="field"
        aria-label={t('export.find')}
        placeholder={t('export.find')}
        value={find}
        onChange={({ target }) => setFind(target.value)}
        onKeyDown={(event) => {
          // Enter would begin the export of what is chosen so far.
          if (event.key === 'Enter') event.preventDefault();
        }}
      />
      <fieldset className="options">
        <legend className="heard">{t('export.points')}</legend>
        {matches.slice(0, shownAtMost).map((each) => {
          const name = nameOf(each);
          return (
            <label key={name} className="option">
              <input
                type="checkbox"
                checked={chosenPoints.has(name)}
                onChange={({ target }) => choose(name, target.checked)}
              />
              <span>
                {each.device} · {each.point_code} {each.unit && <span className="quiet">{each.unit}</span>}
              </span>
              {each.name && <small>{each.name}</small>}
            </label>
          );
        })}
        {matches.length === 0 && <p className="quiet">{t('export.none')}</p>}
        {matches.length > shownAtMost && (
          <p className="quiet">{t('export.more', { count: matches.length - shownAtMost })}</p>
        )}
      </fieldset>
      <p className="export-chosen">
        <span role="status">{t('export.chosen', { count: chosenPoints.size })}</span>
        <Button
          className="button"
          isDisabled={matches.length === 0}
          onPress={() => setChosenPoints(new Set([...chosenPoints, ...matches.map(nameOf)]))}
        >
          {t('export.chosen.all')}
        </Button>
        <Button
          className="button"
          isDisabled={chosenPoints.size === 0}
          onPress={() => setChosenPoints(new Set())}
        >
          {t('export.chosen.none')}
        </Button>
      </p>
    </div>
  );
}

function TimePart({
  range,
  shownRange,
  setRange,
}: {
  readonly range: TimeRange;
  readonly shownRange: TimeRange;
  setRange(range: TimeRange): void;
}) {
  const { t } = useExportTexts();
  const plant = usePlantTime();
  const { label } = useRangeName();
  const { data: sites = [] } = useSites();
  const [isOther, setOther] = useState(false);
  const [nowMs] = useState(() => Date.now());
  const shifts = latestShifts(sites, plant.ofPlant, nowMs);
  const isUsual = usualTimes.some((each) => keyOf(each) === keyOf(shownRange));
  const usual = isUsual ? usualTimes : [shownRange, ...usualTimes];
  const every = [...usual, ...shifts.flatMap(({ shifts }) => shifts.map((shift) => shift.range))];
  const { from, to } = spanOf(range, plant.ofPlant, new Date());
  return (
    <>
      <label className="labelled">
        {t('export.time')}
        <select
          className="choice"
          value={isOther ? 'other' : keyOf(range)}
          onChange={({ target }) => {
            const next = every.find((each) => keyOf(each) === target.value);
            setOther(next === undefined);
            setRange(next ?? { from: wholeMinute(from), to: wholeMinute(to) });
          }}
        >
          <optgroup label={t('export.time.usual')}>
            {usual.map((each) => (
              <option key={keyOf(each)} value={keyOf(each)}>
                {label(each)}
              </option>
            ))}
          </optgroup>
          {shifts.map(({ site, shifts }) => (
            <optgroup key={site} label={t('export.time.shifts', { site })}>
              {shifts.map(({ name, range }) => (
                <option key={range.from} value={keyOf(range)}>
                  {t('export.time.shift', { shift: name, time: label(range) })}
                </option>
              ))}
            </optgroup>
          ))}
          <option value="other">{t('export.time.other')}</option>
        </select>
      </label>
      {isOther && (
        <div className="export-pair">
          <TimeField
            label={t('export.from')}
            at={from.getTime()}
            onAt={(at) => setRange({ ...range, from: new Date(at).toISOString() })}
          />
          <TimeField
            label={t('export.to')}
            at={to.getTime()}
            onAt={(at) => setRange({ ...range, to: new Date(at).toISOString() })}
          />
        </div>
      )}
    </>
  );
}

const wholeMinute = (at: Date) => new Date(Math.floor(at.getTime() / 60_000) * 60_000).toISOString();

/** How far an export is. Leaving it does not end it: the browser has it. */
function Progress({ id, onClose }: { readonly id: string; onClose(): void }) {
  const { t, locale } = useExportTexts();
  const { t: app } = usePreferences();
  const { data, error } = useProgress(id);
  const [isCancelling, setCancelling] = useState(false);
  const state: ExportProgress['state'] | 'waiting' | 'unknown' =
    data?.state ?? (error === null ? 'waiting' : 'unknown');
  const { share = 0, rows = 0, bytes = 0, detail = null } = data ?? {};
  const isRunning = state === 'running' || state === 'waiting';
  const amount = t('export.progress', {
    // All of it only once the file is whole.
    share: percentText(locale, state === 'done' ? 1 : Math.min(0.99, share), { maximumFractionDigits: 0 }),
    rows: new Intl.NumberFormat(locale).format(rows),
    size: sizeText(locale, bytes),
  });
  return (
    <div className="export">
      <p role="status">
        {t(`export.state.${state}`)} {detail}
      </p>
      {data !== undefined && state !== 'failed' && (
        <>
          <progress max={1} value={share} aria-label={t('export.title')} />
          <p>{amount}</p>
        </>
      )}
      {isRunning && <p className="quiet">{t('export.goesOn')}</p>}
      <div className="overlay-actions">
        {isRunning && (
          <Button
            className="button"
            isDisabled={isCancelling || data === undefined}
            onPress={() => {
              setCancelling(true);
              cancelExport(id).catch(() => setCancelling(false));
            }}
          >
            {t('export.cancel')}
          </Button>
        )}
        <Button className="button is-main" onPress={onClose}>
          {app('app.close')}
        </Button>
      </div>
    </div>
  );
}
