import { ConfigError } from '@holdfast/shared/runtime/config.ts';
import { describe, expect, it } from 'vitest';
import { apiConfig } from './config.ts';

const base = { DATABASE_URL: 'postgres://user@localhost/holdfast' };
const whole = {
  ...base,
  PUBLIC_URL: 'https://holdfast.example',
  OIDC_ISSUER: 'https://id.example/realms/plant',
  OIDC_CLIENT_ID: 'holdfast',
  OIDC_GRANTS: '{"hall-1": {"role": "operator", "sites": ["hall-1"]}, "all": [{"role": "viewer"}]}',
};
const faults = (environment: Record<string, string>): string => {
  try {
    apiConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('the settings of a company sign-on', () => {
  it('say which claim value gives which role where; without sites everywhere', () => {
    expect(apiConfig(whole).OIDC_GRANTS).toEqual({
      'hall-1': [{ role: 'operator', sites: ['hall-1'] }],
      all: [{ role: 'viewer', sites: ['*'] }],
    });
  });

  it('are all named that are missing', () => {
    const { OIDC_ISSUER } = whole;
    const messages = faults({ ...base, OIDC_ISSUER });
    for (const name of ['OIDC_CLIENT_ID', 'OIDC_GRANTS', 'PUBLIC_URL']) {
      expect(messages).toContain(`${name}: is needed as well, for OIDC_ISSUER`);
    }
    expect(faults({ ...base, OIDC_CLIENT_SECRET: 'secret' })).toContain('OIDC_ISSUER: is needed as well');
  });

  it.each([
    ['http://id.example', /OIDC_ISSUER: must be https/],
    ['id.example', /OIDC_ISSUER: must be https/],
    ['https://login.microsoftonline.com/common/v2.0', /OIDC_ISSUER: must name one tenant/],
    ['https://user:secret@id.example', /OIDC_ISSUER: must be https/],
  ])('take no issuer %s', (OIDC_ISSUER, message) => {
    expect(faults({ ...whole, OIDC_ISSUER })).toMatch(message);
    expect(faults({ ...whole, OIDC_ISSUER: 'http://127.0.0.1:8080' })).toBe('');
  });

  it.each([
    ['{"a"', /OIDC_GRANTS: must be JSON/],
    ['{"a": {"role": "boss"}}', /OIDC_GRANTS: a\.0\.role: must be viewer, operator, engineer or/],
    ['{"a": {"role": "viewer", "site": "hall-1"}}', /OIDC_GRANTS: a\.0: .*site/],
    ['{"a": []}', /OIDC_GRANTS: a: /],
    ['["a"]', /OIDC_GRANTS: /],
  ])('name the fault in the grants %s', (OIDC_GRANTS, message) => {
    expect(faults({ ...whole, OIDC_GRANTS })).toMatch(message);
  });

  it('ask for the scope without which the provider names no one', () => {
    expect(faults({ ...whole, OIDC_SCOPES: 'profile' })).toContain(
      'OIDC_SCOPES: must have openid among them',
    );
  });

  it('never show the secret', () => {
    expect(faults({ ...whole, OIDC_CLIENT_SECRET: 'hunter2', OIDC_SCOPES: 'profile' })).not.toContain(
      'hunter2',
    );
  });
});
