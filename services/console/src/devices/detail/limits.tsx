import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../../api/api.ts';
import { useForms, usePlaceWord } from '../../forms/use-protocols.ts';
import { Overlay } from '../../parts/overlay.tsx';
import { useForbidden } from './may-do.ts';
import { useDeviceTexts } from './texts.ts';

interface Range {
  readonly table?: unknown;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly is_confirmed?: boolean;
  readonly learned?: boolean;
}

/** Limits that sessions have learned from the device's refusals, and a way to forget them. */
export function Limits({ device, sites }: { device: DeviceDetail; sites: readonly string[] | undefined }) {
  const { t, locale, language } = useDeviceTexts();
  const forms = useForms(device.protocol);
  const numbers = new Intl.NumberFormat(locale);
  const whyForbidden = useForbidden('engineer', sites);
  const [isAsked, setAsked] = useState(false);
  const [outcome, setOutcome] = useState<string>();
  const { excluded: excludedRanges = [] } = (device.profile ?? {}) as {
    readonly excluded?: readonly Range[];
  };
  const learnedRanges = excludedRanges.filter(({ learned }) => learned);
  const isEmpty = learnedRanges.length === 0 && device.learned_limits.length === 0;
  return (
    <section className="limits">
      <h3>{t('device.limits')}</h3>
      {isEmpty && <p className="quiet">{t('device.limits.none')}</p>}
      {device.learned_limits.map(({ session_id: session, collector_id: _, excluded, ...most }) => (
        <div key={session}>
          <p className="small quiet">{t('device.limits.learned', { session })}</p>
          <ul>
            {Object.entries(most).map(([field, count]) => {
              const what = forms?.device.properties[field]?.['x-label']?.[language];
              return what === undefined ? null : (
                <li key={field}>{t('device.limits.most', { what, most: numbers.format(Number(count)) })}</li>
              );
            })}
            <Ranges ranges={excluded} protocol={device.protocol} />
          </ul>
        </div>
      ))}
      {learnedRanges.length > 0 && (
        <div>
          <p className="small quiet">{t('device.limits.configured')}</p>
          <ul>
            <Ranges ranges={learnedRanges} protocol={device.protocol} />
          </ul>
        </div>
      )}
      {!isEmpty && (
        <div className="actions">
          <Button className="button" isDisabled={whyForbidden !== undefined} onPress={() => setAsked(true)}>
            {t('device.limits.forget')}
          </Button>
          {whyForbidden !== undefined && <p className="quiet small">{whyForbidden}</p>}
        </div>
      )}
      <p role="status">{outcome}</p>
      {isAsked && (
        <ForgetDialog
          device={device}
          onClose={() => setAsked(false)}
          onDone={(text) => {
            setAsked(false);
            setOutcome(text);
          }}
        />
      )}
    </section>
  );
}

function Ranges({ ranges, protocol }: { ranges: readonly Range[]; protocol: string }) {
  const { t } = useDeviceTexts();
  const placeWord = usePlaceWord(protocol);
  return ranges.map(({ table, from, to, is_confirmed: isConfirmed }) => {
    const place = { table: table === undefined ? '' : placeWord('table', table), from: String(from) };
    return (
      <li key={`${table} ${from}`}>
        {from === to
          ? t('device.limits.cell', place)
          : t('device.limits.range', { ...place, to: String(to) })}
        {isConfirmed === false && <span className="quiet"> ({t('device.limits.unconfirmed')})</span>}
      </li>
    );
  });
}

interface ForgetResult {
  readonly sessions: readonly string[];
  readonly not_reached: readonly string[];
  readonly [other: string]: unknown;
}

function ForgetDialog({
  device,
  onClose,
  onDone,
}: {
  device: DeviceDetail;
  onClose: () => void;
  onDone: (outcome: string) => void;
}) {
  const { t } = useDeviceTexts();
  const queries = useQueryClient();
  const [isSent, setSent] = useState(false);
  const [failure, setFailure] = useState<string>();
  const forget = async () => {
    setSent(true);
    try {
      const path = `/api/config/devices/${device.id}/forget-learned-limits/`;
      const { sessions, not_reached: silentCollectors } = await api.post<ForgetResult>(path);
      await queries.invalidateQueries({ queryKey: ['devices'] });
      const doneText =
        sessions.length > 0
          ? t('device.limits.forget.asked', { sessions: sessions.join(t('app.list')) })
          : silentCollectors.length === 0 && t('device.limits.forget.done');
      const silentText =
        silentCollectors.length > 0 &&
        t('device.limits.forget.silent', { collectors: silentCollectors.join(t('app.list')) });
      onDone([doneText, silentText].filter(Boolean).join(' '));
    } catch (error) {
      const detail = error instanceof ApiRefusal ? (error.problem.detail ?? '') : (error as Error).message;
      setFailure(t('device.limits.forget.failed', { detail }));
      setSent(false);
    }
  };
  return (
    <Overlay title={t('device.limits.forget.title', { device: device.code })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void forget();
        }}
      >
        <p>{t('device.limits.forget.text')}</p>
        {failure && <p role="alert">{failure}</p>}
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit" isDisabled={isSent}>
            {t(isSent ? 'device.limits.forget.doing' : 'device.limits.forget.do')}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}
