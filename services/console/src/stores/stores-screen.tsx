import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { ReactNode } from 'react';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { Section } from '../parts/section.tsx';
import { ageText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { percentText } from '../time/share.ts';
import { Quarantine } from './quarantine.tsx';
import { useSinks } from './queries.ts';
import { SinkState } from './sink-state.tsx';
import { sizeText } from './size-text.ts';
import { useStoreTexts } from './texts.ts';
import { WaysTable } from './ways-table.tsx';
import { WriterTable } from './writer-table.tsx';
import './stores.css';

/** How samples get into their database, what waits on the way, and what could not be processed. */
export default function StoresScreen() {
  const { t } = useStoreTexts();
  const query = useSinks();
  const asOf = query.dataUpdatedAt > 0 ? new Date(query.dataUpdatedAt).toISOString() : undefined;
  return (
    <div className="page stores">
      <h1>{t('stores.title')}</h1>
      <Section title={t('stores.status')} asOf={asOf}>
        <QueryAnswer query={query} title={t('stores.failed')}>
          {(sinks) => <Sinks sinks={sinks} />}
        </QueryAnswer>
      </Section>
      <Quarantine />
    </div>
  );
}

function Sinks({ sinks }: { sinks: SinksView }) {
  const { t, locale } = useStoreTexts();
  const plant = usePlantTime();
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const { status, backlog, last_error: error, writers, collectors } = sinks;
  const { messages, bytes, seconds: lag, share_of_stream: share, warning } = backlog;
  const refusals = writers.filter(({ is_alive }) => is_alive).flatMap((writer) => writer.refused);
  return (
    <>
      <p className="sink-said">
        <SinkState status={status} /> <span>{t(`stores.status.${status}`)}</span>
      </p>
      <dl className="facts-row">
        <Fact name={t('stores.lag')} title={t('stores.lag.how')}>
          {lag === null ? t('stores.lag.unknown') : ageText(t, lag)}
        </Fact>
        <Fact name={t('stores.backlog')}>
          {messages === 0
            ? t('stores.backlog.none')
            : t('stores.backlog.samples', { count: messages, size: sizeText(locale, bytes) })}
        </Fact>
        <Fact name={t('stores.stream')}>
          {t('stores.stream.share', { share: percentText(locale, share, { maximumFractionDigits: 1 }) })}
          {warning && `${t('app.comma')}${t(`stores.stream.${warning}`)}`}
        </Fact>
        <Fact name={t('stores.rate')}>
          {t('stores.rate.of', {
            samples: numbers.format(sinks.samples_per_s),
            values: numbers.format(sinks.values_per_s),
          })}
        </Fact>
        {error && (
          <Fact name={t('stores.error')}>
            <time dateTime={error.time}>{plant.moment(new Date(error.time))}</time>{' '}
            <span lang="en">{error.message}</span>
          </Fact>
        )}
        {refusals.length > 0 && (
          <Fact name={t('stores.refused')}>
            <ul>
              {refusals.map(({ session, device, points, reason }) => (
                <li key={`${session} ${device}`}>
                  {t('stores.refused.of', { device, session, count: points })}{' '}
                  <span lang="en" className="quiet">
                    {reason}
                  </span>
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
      <h3>{t('stores.writers')}</h3>
      {writers.length === 0 ? (
        <p className="quiet">{t('stores.writers.none')}</p>
      ) : (
        <WriterTable writers={writers} />
      )}
      <h3>{t('stores.ways')}</h3>
      <WaysTable outboxes={collectors} />
    </>
  );
}

function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
