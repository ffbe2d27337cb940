import type { FailureKind } from '@holdfast/driver/failure.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { mqttText } from '../texts.ts';

type Refusal = readonly [kind: FailureKind, text: Text];

const otherVersion: Refusal = ['config', mqttText('version_refused')];
const otherId: Refusal = ['config', mqttText('client_id_refused')];
const away: Refusal = ['connection', mqttText('broker_not_available')];
const notLetIn: Refusal = ['auth', mqttText('user_refused')];

/** Words for return codes of MQTT 3.1.1 (1 to 5), and for reason codes of MQTT 5 that need more than their number. */
const refusals: Readonly<Record<number, Refusal>> = {
  ...{ 1: otherVersion, 2: otherId, 3: away, 4: notLetIn, 5: notLetIn },
  ...{ 132: otherVersion, 133: otherId, 134: notLetIn, 135: notLetIn, 136: away },
  139: ['connection', mqttText('broker_shuts_down')],
  141: ['connection', mqttText('keep_alive_missed')],
  142: ['connection', mqttText('session_taken_over')],
};

/** Why the broker did not take a connection, or has ended one. */
export function refusalInWords(code: number): Refusal {
  return refusals[code] ?? ['connection', mqttText('ended_with_code', { code })];
}

/** Why a broker does not serve a subscription. MQTT 3.1.1 has one code for all reasons, 128. */
export function refusedFilterInWords(filter: string, code: number): Refusal {
  return code === 128 || code === 135
    ? ['auth', mqttText('subscription_not_allowed', { topic: filter })]
    : ['connection', mqttText('subscription_refused', { topic: filter, code })];
}
