import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { localize } from '../../problems/localize.ts';
import { accountingText } from './texts.ts';

/** Causes in words for people. */
const details: Readonly<Record<GapCause, Text>> = {
  timeout: accountingText('timeout'),
  connection: accountingText('connection'),
  exception: accountingText('exception'),
  overrun: accountingText('overrun'),
  buffer_full: accountingText('buffer_full'),
  too_large: accountingText('too_large'),
  lease_lost: accountingText('lease_lost'),
  fenced: accountingText('fenced'),
  waiting: accountingText('waiting'),
  failover: accountingText('failover'),
  drain: accountingText('drain'),
  rebalance: accountingText('rebalance'),
  recovery: accountingText('recovery'),
  restart: accountingText('restart'),
  delivered_late: accountingText('delivered_late'),
  reconfiguration: accountingText('reconfiguration'),
  session_end: accountingText('session_end'),
  holder_lost: accountingText('holder_lost'),
  not_arrived: accountingText('not_arrived'),
};

export const gapDetail = (cause: GapCause): string => localize(details[cause]);
