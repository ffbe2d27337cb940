import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import { Age } from '../../parts/age.tsx';
import { silentBlocks } from './silent-blocks.ts';
import { useDeviceTexts } from './texts.ts';

/** Values that a device does not give although it gives others, grouped by reason and beginning. */
export function MissingValues({ health }: { health: DeviceHealth }) {
  const { t } = useDeviceTexts();
  const blocks = silentBlocks(health);
  if (blocks.length === 0) return null;
  const named = blocks.reduce((sum, { points }) => sum + points.length, 0);
  const more = (health.failing_count ?? 0) - named;
  return (
    <section>
      <h3>{t('device.blocks')}</h3>
      <ul className="blocks">
        {blocks.map(({ error, since, points }) => (
          <li key={error}>
            <strong>{points.join(t('app.list'))}</strong>
            <span className="block-age">
              <Age since={since} />
            </span>
            <span className="small block-error">{error}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="quiet small">{t('device.blocks.more', { count: more })}</p>}
    </section>
  );
}
