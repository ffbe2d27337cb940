import { inLanguage, type Language, type Text } from '@holdfast/texts/text.ts';
import type { GapCause } from '../../domain/gaps/gap-causes.ts';
import type { AssignReason } from '../../domain/placement/events.ts';
import type { CollectorState } from '../http/collectors-http.ts';
import type { GapEvent } from '../http/gap-event-http.ts';
import type { LackCause } from '../sample/lacking.ts';
import type { DeviceStatus } from '../session-status.ts';
import { statusText } from './texts.ts';

type WordsOf<Name extends string> = Readonly<Record<Name, Text>>;

/** Why a tick is missing, as console and command line say it. */
export const causeWords: WordsOf<GapCause> = {
  timeout: statusText('cause_timeout'),
  connection: statusText('cause_connection'),
  exception: statusText('cause_exception'),
  overrun: statusText('cause_overrun'),
  buffer_full: statusText('cause_buffer_full'),
  too_large: statusText('cause_too_large'),
  lease_lost: statusText('cause_lease_lost'),
  fenced: statusText('cause_fenced'),
  waiting: statusText('cause_waiting'),
  failover: statusText('cause_failover'),
  drain: statusText('cause_drain'),
  rebalance: statusText('cause_rebalance'),
  recovery: statusText('cause_recovery'),
  restart: statusText('cause_restart'),
  delivered_late: statusText('cause_delivered_late'),
  reconfiguration: statusText('cause_reconfiguration'),
  session_end: statusText('cause_session_end'),
  holder_lost: statusText('cause_holder_lost'),
  not_arrived: statusText('cause_not_arrived'),
};

/** Why a value is missing from a tick that has others. */
export const lackWords: WordsOf<LackCause> = {
  timeout: causeWords.timeout,
  connection: causeWords.connection,
  exception: causeWords.exception,
  no_value: statusText('lack_no_value'),
  not_read: statusText('lack_not_read'),
  not_told: statusText('lack_not_told'),
};

/** How a device answers. */
export const deviceStatusWords: WordsOf<DeviceStatus> = {
  healthy: statusText('device_status_healthy'),
  slow: statusText('device_status_slow'),
  error: statusText('device_status_error'),
  timeout: statusText('device_status_timeout'),
  disconnected: statusText('device_status_disconnected'),
};

/** Why a session came to its holder. */
export const holderWords: WordsOf<AssignReason> = {
  start: statusText('holder_start'),
  resume: statusText('holder_resume'),
  failover: statusText('holder_failover'),
  drain: statusText('holder_drain'),
  rebalance: statusText('holder_rebalance'),
  recovery: statusText('holder_recovery'),
};

/** Who had a session moved, begun or ended. */
export const decidedWords: WordsOf<GapEvent['decided_by']> = {
  command: statusText('decided_command'),
  system: statusText('decided_system'),
  shutdown: statusText('decided_shutdown'),
};

/** How a collector is. */
export const collectorStateWords: WordsOf<CollectorState> = {
  active: statusText('collector_state_active'),
  silent: statusText('collector_state_silent'),
  draining: statusText('collector_state_draining'),
  drained: statusText('collector_state_drained'),
  ended: statusText('collector_state_ended'),
  lost: statusText('collector_state_lost'),
};

/** The words in one language, each under its name behind a prefix: `cause.timeout`. */
export function prefixed<Prefix extends string, Name extends string>(
  prefix: Prefix,
  words: WordsOf<Name>,
  language: Language,
): { readonly [Each in Name as `${Prefix}.${Each}`]: string } {
  const pairs = Object.entries<Text>(words).map(([name, text]) => [
    `${prefix}.${name}`,
    inLanguage(text, language),
  ]);
  return Object.fromEntries(pairs) as { readonly [Each in Name as `${Prefix}.${Each}`]: string };
}
