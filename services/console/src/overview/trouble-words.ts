import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { usePreferences } from '../app/preferences.tsx';
import { useDeviceReason } from '../devices/detail/device-reason.ts';
import { useReason } from '../sessions/detail/why.tsx';
import { nameOf } from '../sessions/session-state.ts';
import { percentText } from '../time/share.ts';
import { useOverviewTexts } from './texts.ts';
import type { Trouble } from './troubles.ts';

export interface TroubleWords {
  /** The trouble in a sentence. */
  readonly what: string;
  readonly todo: string;
  /** Detail in the server's own words. */
  readonly serverDetail?: string | null | undefined;
}

/** A trouble whose words depend neither on a session nor on a device. */
export type PlainTrouble = Exclude<Trouble, { kind: 'session' | 'device' }>;
export type DeviceTrouble = Extract<Trouble, { kind: 'device' }>;
export type SessionTrouble = Extract<Trouble, { kind: 'session' }>;

export function useSessionWords({ session, attention }: SessionTrouble): TroubleWords {
  const { t } = useOverviewTexts();
  const { why, todo } = useReason(attention, session);
  return { what: `${nameOf(session)}${t('app.colon')}${why}`, todo, serverDetail: attention.detail };
}

/** Words for a session whose devices all fail alike: advice for one of them says more than that none answers. */
export function useSharedDeviceWords(trouble: SessionTrouble, sharedDevice: DeviceHealthView): TroubleWords {
  const { t } = useOverviewTexts();
  const { session, attention } = trouble;
  const { why } = useReason(attention, session);
  const deviceWords = useDeviceWords({ device: sharedDevice });
  const sessionWords = sharedDevice.health?.status === 'error' ? t('trouble.devices.error') : why;
  const what = session.devices?.total === 1 ? deviceWords.what : sessionWords;
  return {
    what: `${nameOf(session)}${t('app.colon')}${what}`,
    todo: deviceWords.todo,
    serverDetail: attention.detail,
  };
}

/** Words for a device, with the same advice as its own page. */
export function useDeviceWords({ device: view }: Pick<DeviceTrouble, 'device'>): TroubleWords {
  const { t } = useOverviewTexts();
  const { todo = '' } = useDeviceReason(view);
  const { device, health, condition } = view;
  const lastError = health?.last_error;
  if (condition === 'failing') {
    const { status } = health ?? {};
    const how = status === 'error' || status === 'disconnected' ? status : 'failing';
    return { what: t(`trouble.device.${how}`, { device }), todo, serverDetail: lastError };
  }
  if (condition === 'partly') {
    const points = health?.failing_points
      ?.map(({ code, error }) => `${code}${t('app.colon')}${error}`)
      .join(t('app.semicolon'));
    const what = t('trouble.device.partly', { device, count: health?.failing_count ?? 1 });
    return { what, todo, serverDetail: points };
  }
  const isOverrun = (health?.overrun_share ?? 0) > 0;
  return {
    what: t(isOverrun ? 'trouble.device.overrun' : 'trouble.device.slow', { device }),
    todo,
    serverDetail: lastError,
  };
}

export function useTroubleWords(trouble: PlainTrouble): TroubleWords {
  const { t } = useOverviewTexts();
  const { locale } = usePreferences();
  switch (trouble.kind) {
    case 'missing':
      return { what: t('trouble.missing', { session: trouble.sessionId }), todo: t('trouble.missing.do') };
    case 'unexpected':
      return {
        what: t('trouble.unexpected', { session: trouble.sessionId }),
        todo: t('trouble.unexpected.do'),
        serverDetail: trouble.detail,
      };
    case 'log_damage':
      return {
        what: t('trouble.log_damage', { finder: trouble.foundBy }),
        todo: t('trouble.log_damage.do'),
        serverDetail: trouble.detail,
      };
    case 'broker':
    case 'no_collector':
      return { what: t(`trouble.${trouble.kind}`), todo: t(`trouble.${trouble.kind}.do`) };
    case 'lost':
    case 'silent': {
      const { id, host } = trouble.collector;
      return {
        what: t(`trouble.${trouble.kind}`, { collector: id }),
        todo: t(`trouble.${trouble.kind}.do`, { host }),
      };
    }
    case 'stuck': {
      const { id, sessions } = trouble.collector;
      return { what: t('trouble.stuck', { collector: id, count: sessions }), todo: t('trouble.stuck.do') };
    }
    case 'late': {
      const { id, load } = trouble.collector;
      const share = percentText(locale, load?.late_share ?? 0, { maximumFractionDigits: 1 });
      return {
        what: t('trouble.late', { collector: id, share }),
        todo: t('trouble.late.do'),
      };
    }
    case 'release': {
      const { id, version } = trouble.collector;
      return {
        what: t('trouble.release', { collector: id, own: version ?? '?', api: trouble.api }),
        todo: t('trouble.release.do'),
      };
    }
    case 'sink': {
      const { status, detail } = trouble.sinks;
      const key = status === 'ok' ? 'failing' : status;
      return { what: t(`trouble.sink.${key}`), todo: t(`trouble.sink.${key}.do`), serverDetail: detail };
    }
    case 'stream':
      return {
        what: t(`trouble.stream.${trouble.sinks.backlog.warning ?? 'half_full'}`),
        todo: t('trouble.stream.do'),
      };
    case 'spool': {
      const { collector, samples } = trouble;
      return { what: t('trouble.spool', { collector, count: samples }), todo: t('trouble.spool.do') };
    }
    case 'audit': {
      const share = percentText(locale, Math.min(1, trouble.share), { maximumFractionDigits: 0 });
      return { what: t('trouble.audit', { share }), todo: t('trouble.audit.do') };
    }
    case 'quarantine':
      return {
        what: t('trouble.quarantine', { count: trouble.messages }),
        todo: t('trouble.quarantine.do'),
      };
    default:
      return trouble satisfies never;
  }
}
