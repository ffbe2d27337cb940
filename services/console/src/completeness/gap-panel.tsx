import type { GapOfAll } from '@holdfast/shared/contracts/http/gaps-of-all-http.ts';
import { Link } from '@tanstack/react-router';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { useSettledValue } from '../parts/use-settled-value.ts';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { GapOrigins } from '../words/gap-origins.tsx';
import { useWords } from '../words/texts.ts';
import { useCellText } from './cell-text.ts';
import { type GapsQuery, gapsAtMost, useGapsOfAll } from './completeness-queries.ts';
import type { MapCell, MapRow } from './map-rows.ts';
import { PointValues } from './point-values.tsx';
import { useMapTexts } from './texts.ts';

/** Tells how much is missing in the chosen field, why, and exactly when. */
export function GapPanel({
  row,
  cell,
  readAt,
  isHours,
  isAll,
}: {
  row: MapRow;
  cell: MapCell;
  /** When its figures were read. */
  readAt: number;
  isHours: boolean;
  isAll: boolean;
}) {
  const { t, locale } = useMapTexts();
  const { t: word } = useWords();
  const text = useCellText();
  const plant = usePlantTime();
  const numbers = new Intl.NumberFormat(locale);
  const { session, device } = row;
  const gapQuery = useSettledValue({ from: cell.from, to: cell.to, session, device });
  return (
    <aside className="panel" aria-label={t('map.panel')}>
      <header>
        <p className="quiet small">{row.name}</p>
        <h2>{text.when(cell)}</h2>
        <p className="panel-share">
          <strong>{text.share(cell)}</strong>{' '}
          {cell.expected > 0 && (
            <span className="quiet">
              {t('map.panel.of', {
                expected: numbers.format(cell.expected),
                stored: numbers.format(cell.stored),
              })}
            </span>
          )}
        </p>
        {cell.due && <p>{text.due(cell.due, cell)}</p>}
        {cell.quarantined > 0 && <p>{t('map.panel.refused', { count: cell.quarantined })}</p>}
      </header>
      {cell.expected === 0 ? (
        <p className="quiet">{t('map.legend.none')}</p>
      ) : cell.missing === 0 ? (
        <p>{t('map.panel.whole')}</p>
      ) : (
        <>
          <h3>
            {t('map.panel.causes')}
            {Date.parse(cell.to) > readAt - 60_000 && (
              <span className="quiet small">
                {' · '}
                {t('map.asOf', { time: plant.clock(new Date(readAt), true) })}
              </span>
            )}
          </h3>
          <ul className="panel-causes">
            {cell.byCause.map(([cause, ticks]) => (
              <li key={cause}>
                <span>{word(`cause.${cause}`)}</span>
                <span className="is-number">{t('map.panel.gap.ticks', { count: ticks })}</span>
              </li>
            ))}
          </ul>
          <GapList gapQuery={gapQuery} readAt={readAt} />
        </>
      )}
      {session !== undefined && cell.expected > 0 && <PointValues gapQuery={gapQuery} readAt={readAt} />}
      <p className="panel-links">
        {!isAll && (
          <Link
            to="/completeness"
            search={(before) =>
              isHours
                ? {
                    ...before,
                    by: device === undefined ? 'session' : 'device',
                    cell: undefined,
                    find: undefined,
                  }
                : { ...before, by: 'hours', session, device, cell: undefined, find: undefined }
            }
          >
            {t(isHours ? 'map.panel.days' : 'map.panel.hours')}
          </Link>
        )}
        <Link to="/report" search={{ from: cell.from, to: cell.to, session }}>
          {t('map.panel.report')}
        </Link>
      </p>
    </aside>
  );
}

function GapList({ gapQuery, readAt }: { gapQuery: GapsQuery; readAt: number }) {
  const { t } = useMapTexts();
  const plant = usePlantTime();
  const query = useGapsOfAll(gapQuery, readAt);
  // A gap that still grows has more ticks in the list than in the earlier count by cause.
  const goesOn = Date.parse(gapQuery.to) > readAt - 60_000;
  return (
    <>
      <h3>
        {t('map.panel.gaps')}
        {!plant.isOfPlant && (
          <span className="quiet small">
            {t('app.comma')}
            {plant.zoneName(new Date(gapQuery.from))}
          </span>
        )}
        {goesOn && query.dataUpdatedAt > 0 && (
          <span className="quiet small">
            {' · '}
            {t('map.asOf', { time: plant.clock(new Date(query.dataUpdatedAt), true) })}
          </span>
        )}
      </h3>
      <QueryAnswer query={query} title={t('map.failed')}>
        {({ results, next_cursor }) => (
          <>
            <ol className="panel-gaps">
              {results.map((gap) => (
                <Gap key={`${gap.session_id} ${gap.cause} ${gap.start_time} ${gap.devices[0]}`} gap={gap} />
              ))}
            </ol>
            {next_cursor !== null && (
              <p className="quiet small">{t('map.panel.gaps.more', { count: gapsAtMost })}</p>
            )}
          </>
        )}
      </QueryAnswer>
    </>
  );
}

const devicesNamed = 3;
const aroundMs = 600_000;

function Gap({ gap }: { gap: GapOfAll }) {
  const { t } = useMapTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  const [from, to] = [new Date(gap.start_time), new Date(gap.end_time)];
  const around = {
    from: new Date(from.getTime() - aroundMs).toISOString(),
    to: new Date(to.getTime() + aroundMs).toISOString(),
  };
  const isFew = gap.device_count <= devicesNamed;
  return (
    <li>
      <p>
        <strong>
          <time dateTime={gap.start_time}>
            {plant.isOfPlant ? plant.clock(from, true) : plant.whole(from)}
          </time>{' '}
          – {plant.clock(to, true)}
        </strong>{' '}
        {durationText(t, (to.getTime() - from.getTime()) / 1_000)}
      </p>
      <p>
        {word(`cause.${gap.cause}`)}
        <span className="quiet">
          {' · '}
          {t('map.panel.gap.ticks', { count: gap.ticks })}
        </span>
        <GapOrigins session={gap.session_id} events={gap.events} />
      </p>
      <p className="quiet small">
        <Link
          to="/sessions/$id/timeline"
          params={{ id: gap.session_id }}
          search={around}
          title={t('map.panel.timeline')}
        >
          {gap.task_code} {gap.session_id}
        </Link>
        {' · '}
        {isFew ? gap.devices.join(t('app.list')) : t('map.panel.gap.devices', { count: gap.device_count })}
      </p>
    </li>
  );
}
