import type { FailureKind } from '@holdfast/driver/failure.ts';

type Refusal = readonly [kind: FailureKind, message: string];

const otherVersion: Refusal = [
  'config',
  'the broker does not speak this version of MQTT: set mqtt_version to the other one',
];
const otherId: Refusal = ['config', 'the broker refuses the client id'];
const away: Refusal = ['connection', 'the broker says that it is not available'];
const notLetIn: Refusal = [
  'auth',
  'the broker does not let this user in: check username and the secret of its password',
];

/** Words for return codes of MQTT 3.1.1 (1 to 5), and for reason codes of MQTT 5 that need more than their number. */
const refusals: Readonly<Record<number, Refusal>> = {
  ...{ 1: otherVersion, 2: otherId, 3: away, 4: notLetIn, 5: notLetIn },
  ...{ 132: otherVersion, 133: otherId, 134: notLetIn, 135: notLetIn, 136: away },
  139: ['connection', 'the broker is shutting down'],
  141: ['connection', 'the broker heard nothing for longer than keep_alive_s'],
  142: ['connection', 'another client has taken over this session: it has the same client id'],
};

/** Why the broker did not take a connection, or has ended one. */
export function refusalInWords(code: number): Refusal {
  return refusals[code] ?? ['connection', `the broker ended the connection with code ${code}`];
}

/** Why a broker does not serve a subscription. MQTT 3.1.1 has one code for all reasons, 128. */
export function refusedFilterInWords(filter: string, code: number): Refusal {
  return code === 128 || code === 135
    ? ['auth', `the broker refuses the subscription to ${filter}: let this user read it`]
    : ['connection', `the broker refuses the subscription to ${filter} with code ${code}`];
}
