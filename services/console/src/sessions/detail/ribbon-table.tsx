import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { usePlantTime } from '../../time/plant-time.tsx';
import type { RibbonTime } from '../ribbon-parts.ts';
import { useDetailTexts } from './texts.ts';

/** The ribbon for screen readers: each part of the time in which ticks were due. */
export function RibbonTable({ session, time }: { session: SessionSummary; time: RibbonTime }) {
  const { t } = useDetailTexts();
  const plant = usePlantTime();
  const { ribbon } = session;
  if (ribbon === null) return null;
  const begin = Date.parse(time.from);
  const missing = (bucket: number) =>
    ribbon.missing.reduce((sum, each) => sum + (each.bucket === bucket ? each.ticks : 0), 0);
  return (
    <div className="heard">
      <table>
        <caption>{t('ribbon.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('ribbon.table.from')}</th>
            <th scope="col">{t('ribbon.table.expected')}</th>
            <th scope="col">{t('ribbon.table.stored')}</th>
            <th scope="col">{t('ribbon.table.missing')}</th>
          </tr>
        </thead>
        <tbody>
          {ribbon.expected.map((expected, bucket) => {
            const from = new Date(begin + bucket * time.bucket_seconds * 1_000);
            return expected === 0 ? null : (
              <tr key={from.getTime()}>
                <th scope="row">{plant.moment(from)}</th>
                <td>{expected}</td>
                <td>{ribbon.stored[bucket]}</td>
                <td>{missing(bucket)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
