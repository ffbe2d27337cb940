import type { Attention } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { HealthFacts } from '@holdfast/shared/domain/attention/device-condition.ts';
import type { Reason } from '@holdfast/shared/domain/attention/session-attention.ts';
import { localize } from '../../problems/localize.ts';
import { overviewText } from './texts.ts';

export function attentionInWords(reason: Reason): Attention {
  const { code, severity, since } = reason;
  return { code, severity, detail: detailOf(reason), since };
}

function detailOf({ code, params }: Reason): string {
  switch (code) {
    case 'failed': {
      const { error, nextTryAt } = params;
      const next = localize(
        nextTryAt === null
          ? overviewText('it_is_not_tried_again')
          : overviewText('it_is_tried_again', { nextTryAt }),
      );
      return localize(
        error === null ? overviewText('failed', { next }) : overviewText('failed_because', { error, next }),
      );
    }
    case 'waiting':
    case 'awaiting_recovery':
      return params.details[0] ?? localize(overviewText('no_collector'));
    case 'not_read':
      return (
        params.details.join(localize(overviewText('separator_semicolon'))) ||
        localize(overviewText('nothing_of_it_arrives'))
      );
    case 'not_stored':
    case 'values_refused':
      return params.details.join();
    case 'time_limit': {
      const { end } = params;
      return localize(
        end === null ? overviewText('runs_longer') : overviewText('runs_longer_until', { end }),
      );
    }
    default:
      return devicesInWords(params.devices);
  }
}

const namedAtMost = 3;

function devicesInWords(devices: readonly (HealthFacts & { readonly code: string })[]): string {
  const firstDevices = devices
    .slice(0, namedAtMost)
    .map(({ code, last_error }) =>
      last_error === null
        ? code
        : `${code}${localize(overviewText('separator_colon'))}${localize(last_error)}`,
    );
  const more = devices.length - firstDevices.length;
  const rest = more > 0 ? localize(overviewText('and_more', { more })) : '';
  return firstDevices.join(localize(overviewText('separator_semicolon'))) + rest;
}
