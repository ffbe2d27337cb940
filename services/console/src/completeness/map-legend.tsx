import { MapStrip } from './map-strip.tsx';
import { useMapTexts } from './texts.ts';

const sizes = [
  ['0', 1_000],
  ['1', 999.5],
  ['2', 995],
  ['3', 950],
  ['4', 500],
  ['5', 0],
] as const;

/** The legend of the map. */
export function MapLegend() {
  const { t } = useMapTexts();
  return (
    <ul className="legend map-legend">
      {sizes.map(([size, stored]) => (
        <li key={size}>
          <MapStrip cells={[{ expected: 1_000, stored }]} chosen={undefined} columns={1} />
          {t(`map.legend.${size}`)}
        </li>
      ))}
      <li>
        <MapStrip cells={[{ expected: 0, stored: 0 }]} chosen={undefined} columns={1} />
        {t('map.legend.none')}
      </li>
    </ul>
  );
}
