import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import { Age } from '../parts/age.tsx';
import { StateWord } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useStoreTexts } from './texts.ts';

type Writer = SinksView['writers'][number];

/** The writers, live ones first. */
export function WriterTable({ writers }: { writers: readonly Writer[] }) {
  const { t, locale } = useStoreTexts();
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const millis = (ms: number) => t('unit.millis', { ms: numbers.format(ms) });
  const columns: Column<Writer>[] = [
    {
      key: 'writer',
      name: t('stores.writer'),
      cell: ({ instance, store }) => (
        <>
          {store === 'postgres' ? 'PostgreSQL' : 'InfluxDB'}
          <br />
          <span className="quiet small">{instance}</span>
        </>
      ),
    },
    {
      key: 'state',
      name: t('stores.writer.state'),
      cell: (writer) => {
        const word = wordOf(writer);
        return (
          <StateWord
            state={word === 'ok' ? 'running' : 'stopped'}
            severity={word === 'failing' ? 2 : undefined}
          >
            {t(`stores.writer.word.${word}`)}
          </StateWord>
        );
      },
    },
    {
      key: 'heard',
      name: t('stores.writer.heard'),
      isNumber: true,
      cell: ({ updated_at }) => <Age since={updated_at} />,
    },
    {
      key: 'wrote',
      name: t('stores.writer.wrote'),
      isNumber: true,
      cell: ({ last_write }) => <Age since={last_write} />,
    },
    {
      key: 'latency',
      name: t('stores.writer.latency'),
      isNumber: true,
      cell: ({ batch_latency_ms: latency }) =>
        latency ? `${millis(latency.mean)} / ${millis(latency.max)}` : '–',
    },
    {
      key: 'values',
      name: t('stores.writer.values'),
      isNumber: true,
      cell: ({ values_per_s, is_alive }) => (is_alive ? numbers.format(values_per_s) : '–'),
    },
    {
      key: 'written',
      name: t('stores.writer.written'),
      isNumber: true,
      cell: ({ values_written }) => numbers.format(values_written),
    },
    {
      key: 'quarantined',
      name: t('stores.writer.quarantined'),
      isNumber: true,
      cell: ({ messages_quarantined, values_quarantined }) =>
        numbers.format(messages_quarantined + values_quarantined),
    },
  ];
  const rows = writers.toSorted(
    (one, other) => Number(other.is_alive) - Number(one.is_alive) || (one.instance < other.instance ? -1 : 1),
  );
  return (
    <Table label={t('stores.writers')} columns={columns} rows={rows} keyOf={({ instance }) => instance} />
  );
}

function wordOf({ is_alive, reachable, failing_since }: Writer): 'ok' | 'failing' | 'gone' {
  if (!is_alive) return 'gone';
  return reachable && failing_since === null ? 'ok' : 'failing';
}
