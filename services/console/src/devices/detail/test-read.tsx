import type { DeviceTestView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useFrameWord, usePlaceWord, useRequestWords } from '../../forms/use-protocols.ts';
import { SeverityMark, StateMark } from '../../parts/mark.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { durationText } from '../../time/duration.ts';
import { useNow, usePlantTime } from '../../time/plant-time.tsx';
import { fieldsOfFrame } from './frame-fields.ts';
import { useForbidden } from './may-do.ts';
import { useDeviceTexts } from './texts.ts';
import type { TestReading } from './use-test-read.ts';

/** Reads the device once, and shows the result in words, value by value, and byte by byte. */
export function TestRead({
  device,
  sites,
  test,
}: {
  device: DeviceDetail;
  sites: readonly string[] | undefined;
  test: TestReading;
}) {
  const { t } = useDeviceTexts();
  const whyForbidden = useForbidden('operator', sites);
  return (
    <div className="test-read">
      <div className="actions">
        <Button
          className="button"
          isDisabled={whyForbidden !== undefined || test.since !== undefined}
          onPress={() => void test.start()}
        >
          {t('device.test')}
        </Button>
        <p className="quiet small" role="status">
          {test.since === undefined ? (
            (whyForbidden ?? t('device.test.about'))
          ) : (
            <TestProgress since={test.since} />
          )}
        </p>
      </div>
      {test.error && <ProblemText title={t('device.test.failed')} error={test.error} />}
      {test.done && <Result device={device} view={test.done.view} at={test.done.at} />}
    </div>
  );
}

function TestProgress({ since }: { since: number }) {
  const { t } = useDeviceTexts();
  const now = useNow().getTime();
  return t('device.test.doing', { seconds: durationText(t, Math.max(0, Math.floor((now - since) / 1_000))) });
}

const requestsAtFirst = 20;

function Result({ device, view, at }: { device: DeviceDetail; view: DeviceTestView; at: Date }) {
  const { t } = useDeviceTexts();
  const plant = usePlantTime();
  const { status, detail, collector_id: collector, points, requests } = view;
  const [rowCount, setRowCount] = useState(requestsAtFirst);
  const missing = points.filter(({ quality }) => quality === 'bad').length;
  const when = plant.clock(at, true);
  const text = {
    ok: () => t('device.test.ok', { count: points.length }),
    partly: () => t('device.test.partly', { count: points.length, missing }),
    failed: () => t('device.test.none'),
  }[status]();
  return (
    <div className="test-result">
      <p className="test-verdict">
        {status === 'ok' ? (
          <StateMark state="running" />
        ) : (
          <SeverityMark severity={status === 'failed' ? 2 : 3} />
        )}
        <strong>{text}</strong>{' '}
        <span className="quiet small">
          {collector === null ? t('device.test.nobody', { when }) : t('device.test.by', { collector, when })}
        </span>
      </p>
      {status !== 'ok' && <p className="small">{detail}</p>}
      {requests.length > 0 && (
        <details open={status !== 'ok'}>
          <summary className="small">
            {t('device.test.requests')} ({requests.length})
          </summary>
          <ol className="requests">
            {requests.slice(0, rowCount).map((request, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: they stay in their order, and one may be asked twice
              <Request key={index} request={request} protocol={device.protocol} />
            ))}
          </ol>
          {requests.length > rowCount && (
            <Button className="button is-bare more" onPress={() => setRowCount(rowCount + 200)}>
              {t('device.test.more', { count: requests.length - rowCount })}
            </Button>
          )}
        </details>
      )}
    </div>
  );
}

function Request({
  request: { ms, error, failure: _, heard, ...fields },
  protocol,
}: {
  request: DeviceTestView['requests'][number];
  protocol: DeviceDetail['protocol'];
}) {
  const { t, locale } = useDeviceTexts();
  const placeWord = usePlaceWord(protocol);
  const frameWord = useFrameWord(protocol);
  const requestWords = useRequestWords(protocol);
  const took = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(ms);
  return (
    <li>
      <p className="small">
        {fields.table !== undefined
          ? t('device.test.request', {
              table: placeWord('table', fields.table),
              ...{ address: String(fields.address), count: Number(fields.quantity) },
            })
          : requestWords(fields)}
        {t('app.comma')}
        {t('device.test.took', { ms: took })}
        {error !== '' && (
          <>
            {t('app.colon')}
            <strong>{error}</strong>
          </>
        )}
      </p>
      {heard === undefined ? (
        <p className="quiet small">{t('device.test.unheard')}</p>
      ) : (
        <dl className="frames">
          {heard.map(({ direction, ms: after, bytes, parts }) => (
            <div key={`${direction} ${after} ${bytes}`}>
              <dt className="small">{t(`device.test.${direction}`)}</dt>
              <dd className="frame">
                {fieldsOfFrame({ bytes, parts }).map(({ part, text }, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the fields of a frame stay in their order
                  <span key={at} className={`frame-field is-${part}`}>
                    <code>{text}</code>
                    {part !== undefined && <small>{frameWord(part)}</small>}
                  </span>
                ))}
              </dd>
            </div>
          ))}
          {!heard.some(({ direction }) => direction === 'received') && (
            <div>
              <dt className="small">{t('device.test.received')}</dt>
              <dd className="small">{t('device.test.silence')}</dd>
            </div>
          )}
        </dl>
      )}
    </li>
  );
}
