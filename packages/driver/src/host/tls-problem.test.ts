import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { expect, it } from 'vitest';
import { tlsFailure } from './tls-problem.ts';

const early = { isOpen: false, hasCertificate: false };

it.each([
  ['ERR_SSL_WRONG_VERSION_NUMBER', early, 'does not speak TLS on this port'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', { ...early, isOpen: true }, 'wants a certificate'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', early, 'may want a certificate'],
  [
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    { ...early, hasCertificate: true },
    'does not accept the certificate tls.cert',
  ],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', early, 'does not accept the certificate tls.cert'],
  ['ECONNRESET', early, 'may not speak TLS on this port'],
])('a failure of TLS with %s is said in words', (code, state, words) => {
  expect(inEnglish(tlsFailure({ code }, state))).toContain(words);
});

it.each([
  ['ECONNRESET', { ...early, isOpen: true }],
  ['ECONNREFUSED', early],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', { ...early, hasCertificate: true }],
])('a failure with %s that is none of TLS, or may have any reason, keeps its own words', (code, state) => {
  expect(tlsFailure({ code }, state)).toBeUndefined();
});
