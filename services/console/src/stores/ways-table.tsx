import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import { Age } from '../parts/age.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { sizeText } from './size-text.ts';
import { useStoreTexts } from './texts.ts';

type Outbox = SinksView['collectors'][number];

/** Samples that are on their way at any moment, and no trouble. */
const momentSamples = 100;

/** Collectors with samples that are not in the stream yet, or that have lost some since their start. */
export function WaysTable({ outboxes }: { outboxes: readonly Outbox[] }) {
  const { t, locale } = useStoreTexts();
  const numbers = new Intl.NumberFormat(locale);
  const busy = outboxes.filter((each) => !isCalm(each));
  const calmCount = outboxes.filter((each) => each.is_alive && isCalm(each)).length;
  const count = (key: 'memory' | 'lost' | 'large' | 'adopted', of: (outbox: Outbox) => number) => ({
    key,
    name: t(`stores.ways.${key}`),
    isNumber: true,
    cell: (each: Outbox) => numbers.format(of(each)),
  });
  const columns: Column<Outbox>[] = [
    { key: 'collector', name: t('stores.ways.collector'), cell: ({ collector }) => collector },
    count('memory', ({ waiting_in_memory }) => waiting_in_memory),
    {
      key: 'disk',
      name: t('stores.ways.disk'),
      isNumber: true,
      cell: ({ spooled_samples, spooled_bytes }) =>
        spooled_samples === 0
          ? '0'
          : `${numbers.format(spooled_samples)} (${sizeText(locale, spooled_bytes)})`,
    },
    count('adopted', ({ adopted_samples }) => adopted_samples),
    count('lost', ({ lost_samples }) => lost_samples),
    count('large', ({ too_large_samples }) => too_large_samples),
    {
      key: 'heard',
      name: t('stores.ways.heard'),
      isNumber: true,
      cell: ({ updated_at }) => <Age since={updated_at} />,
    },
  ];
  return (
    <>
      {busy.length > 0 && (
        <Table label={t('stores.ways')} columns={columns} rows={busy} keyOf={({ collector }) => collector} />
      )}
      {busy.length + calmCount === 0 ? (
        <p className="quiet">{t('stores.ways.none')}</p>
      ) : (
        calmCount > 0 && <p className="quiet">{t('stores.ways.calm', { count: calmCount })}</p>
      )}
    </>
  );
}

/** Whether a collector needs no attention: one that is gone leaves nothing to save, unless it has lost samples. */
function isCalm(outbox: Outbox): boolean {
  const { waiting_in_memory, spooled_samples, lost_samples, too_large_samples } = outbox;
  return waiting_in_memory + spooled_samples <= momentSamples && lost_samples + too_large_samples === 0;
}
