import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { useForms } from '../../forms/use-protocols.ts';
import { durationText } from '../../time/duration.ts';
import { percentText } from '../percent.ts';
import { useDeviceTexts } from './texts.ts';

/** The reason of a device's state and what can be done about it, in words: the same wherever it is shown. */
export function useDeviceReason({
  condition,
  health,
  collector_id,
  period_ms,
  configured,
  never_delivered: never,
}: DeviceHealthView): {
  readonly why: string;
  readonly todo?: string;
} {
  const { t, locale, language } = useDeviceTexts();
  const forms = useForms(configured?.protocol);
  switch (condition) {
    case 'failing': {
      if (health?.status === 'disconnected') {
        const address = configured?.address ?? '?';
        return { why: t('device.why.disconnected', { address }), todo: t('device.why.disconnected.do') };
      }
      if (health?.status !== 'error')
        return { why: t('device.why.timeout'), todo: t('device.why.timeout.do') };
      const advice = forms?.advice.refusals[String(health.last_exception?.code)];
      return { why: t('device.why.error'), todo: advice?.[language] ?? t('device.why.error.do') };
    }
    case 'partly':
      return {
        why: t('device.why.partly', { count: health?.failing_count ?? 1 }),
        todo: t('device.why.partly.do'),
      };
    case 'slow':
      return {
        why: t('device.why.slow', {
          period: durationText(t, period_ms / 1_000),
          share: percentText(locale, health?.overrun_share ?? 0),
        }),
        todo: t('device.why.slow.do'),
      };
    case 'unknown':
      return collector_id === null
        ? { why: t('device.why.held'), todo: t('device.why.held.do') }
        : { why: t('device.why.unknown'), todo: t('device.why.unknown.do') };
    case 'healthy':
      return {
        why: never ? t('device.why.undelivered', { count: never }) : t('device.why.healthy'),
      };
    default:
      return condition satisfies never;
  }
}
