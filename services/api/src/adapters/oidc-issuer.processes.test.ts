import { randomBytes } from 'node:crypto';
import { freePort } from '@holdfast/dev/free-port.ts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type CompanyForTest,
  clientId,
  clientSecret,
  companyForTest,
} from '../../testing/company/company-for-test.ts';
import { TestBrowser } from '../../testing/test-browser.ts';
import { type CompanyAttempt, CompanyIssuerUnavailable } from '../ports.ts';
import { type OidcSettings, oidcIssuer } from './oidc-issuer.ts';

const back = 'http://127.0.0.1:9/api/login/company/callback/';
const claims = { anna: { name: 'Anna', groups: ['hall-1-shift'] } };
let company: CompanyForTest;

beforeAll(async () => {
  company = await companyForTest({ redirect: back, logout: 'http://127.0.0.1:9/' });
});
beforeEach(() => company.tell({ subject: 'anna', claims, in_id_token: true, ahead_s: 0, forged: {} }));

const issuerWith = (settings: Partial<OidcSettings> = {}) =>
  oidcIssuer({
    ...{ issuer: company.issuer, clientId, clientSecret, scope: 'openid profile groups' },
    isEnough: ({ groups }) => groups !== undefined,
    ...settings,
  });
const random = () => randomBytes(32).toString('base64url');
const attempt = (mustBeFresh = false): CompanyAttempt => ({
  ...{ redirectUri: back, state: random(), nonce: random(), codeVerifier: random() },
  mustBeFresh,
});

/** Sends a browser to the provider and back. @param tamper changes where it is sent, as an attacker would */
async function throughBrowser(url: URL, tamper: (sent: URL) => void = () => {}, browser = new TestBrowser()) {
  tamper(url);
  return new URL(await browser.followUntil(url.href, back));
}

describe('the identity provider of a company', () => {
  it('says who a person is, once for each code', async () => {
    const issuer = issuerWith();
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    const identity = await issuer.finish(callbackUrl, begun);
    expect(identity).toMatchObject({
      issuer: company.issuer,
      subject: 'anna',
      claims: { name: 'Anna', groups: ['hall-1-shift'] },
    });
    await expect(issuer.finish(callbackUrl, begun)).rejects.toMatchObject({ why: 'not_valid' });
  });

  it('is asked for what stands in no ID token', async () => {
    await company.tell({ in_id_token: false });
    const issuer = issuerWith();
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    expect((await issuer.finish(callbackUrl, begun)).claims).toMatchObject({ groups: ['hall-1-shift'] });
  });

  it('has the person log in again where that is asked for, and says when', async () => {
    const issuer = issuerWith();
    const browser = new TestBrowser();
    const authenticatedAt = async (begun: CompanyAttempt) => {
      const callbackUrl = await throughBrowser(await issuer.begin(begun), undefined, browser);
      return (await issuer.finish(callbackUrl, begun)).authenticatedAtMs ?? 0;
    };
    await company.tell({ ahead_s: -3_000 });
    const first = await authenticatedAt(attempt());
    await company.tell({ ahead_s: 0 });
    expect(await authenticatedAt(attempt(true))).toBeGreaterThanOrEqual(first + 3_000_000);
  });

  it('is refused a person who logged in long ago where a fresh login was asked for', async () => {
    const issuer = issuerWith();
    const browser = new TestBrowser();
    const first = attempt();
    await company.tell({ ahead_s: -3_000 });
    await throughBrowser(await issuer.begin(first), undefined, browser);
    await company.tell({ ahead_s: 0 });
    const fresh = attempt(true);
    const callbackUrl = await throughBrowser(
      await issuer.begin(fresh),
      (sent) => {
        sent.searchParams.delete('prompt');
        sent.searchParams.set('max_age', '9999');
      },
      browser,
    );
    await expect(issuer.finish(callbackUrl, fresh)).rejects.toThrow('has not logged in anew');
  });

  it('that does not say when a person logged in cannot show that they did so just now', async () => {
    const issuer = issuerWith();
    const fresh = attempt(true);
    const callbackUrl = await throughBrowser(await issuer.begin(fresh), (sent) => {
      sent.searchParams.delete('prompt');
      sent.searchParams.delete('max_age');
    });
    await expect(issuer.finish(callbackUrl, fresh)).rejects.toMatchObject({
      why: 'set_up',
      message: expect.stringContaining('auth_time'),
    });
  });

  it.each([
    ['another nonce', (sent: URL) => sent.searchParams.set('nonce', random())],
    ['no nonce', (sent: URL) => sent.searchParams.delete('nonce')],
    ['another state', (sent: URL) => sent.searchParams.set('state', random())],
    [
      'no PKCE',
      (sent: URL) => {
        sent.searchParams.delete('code_challenge');
        sent.searchParams.delete('code_challenge_method');
      },
    ],
    ['the challenge of another verifier', (sent: URL) => sent.searchParams.set('code_challenge', random())],
  ])('is not believed when its answer belongs to %s', async (_what, tamper) => {
    const issuer = issuerWith();
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun), tamper);
    expect(callbackUrl.searchParams.get('code')).not.toBeNull();
    await expect(issuer.finish(callbackUrl, begun)).rejects.toMatchObject({ why: 'not_valid' });
  });

  it.each([
    ['was issued to another client', { azp: 'another' }, 'azp'],
    ['names nobody', { sub: '' }, 'empty sub'],
    ['names nobody but a blank', { sub: ' ' }, 'empty sub'],
    ['is of a login of last week', { auth_time: Math.floor(Date.now() / 1000) - 7 * 86_400 }, '12 hours'],
    ['says in words when the login was', { auth_time: 'today' }, 'OAUTH_INVALID_RESPONSE'],
  ])('is not believed when its ID token %s', async (_what, forged, message) => {
    const issuer = issuerWith();
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    await company.tell({ forged });
    await expect(issuer.finish(callbackUrl, begun)).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
  });

  it('may name this client in azp, and say nothing of the time of the login', async () => {
    const issuer = issuerWith();
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    await company.tell({ forged: { azp: clientId, auth_time: null } });
    const { subject, authenticatedAtMs } = await issuer.finish(callbackUrl, begun);
    expect([subject, authenticatedAtMs]).toEqual(['anna', undefined]);
  });

  it('is not believed when its answer says that it is of another issuer', async () => {
    const issuer = issuerWith();
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    callbackUrl.searchParams.set('iss', 'http://127.0.0.1:1');
    await expect(issuer.finish(callbackUrl, begun)).rejects.toMatchObject({ why: 'not_valid' });
  });

  it('may have a clock that is 45 s off, and is refused with one that is hours behind', async () => {
    const issuer = issuerWith();
    for (const ahead of [45, -45]) {
      await company.tell({ ahead_s: ahead });
      const begun = attempt(true);
      const callbackUrl = await throughBrowser(await issuer.begin(begun));
      expect((await issuer.finish(callbackUrl, begun)).subject, String(ahead)).toBe('anna');
    }
    await company.tell({ ahead_s: -7_200 });
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    await expect(issuer.finish(callbackUrl, begun)).rejects.toMatchObject({ why: 'clock' });
  });

  it('makes no login fresher than now by a clock that is ahead', async () => {
    await company.tell({ ahead_s: 3_000 });
    const issuer = issuerWith();
    const begun = attempt(true);
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    expect((await issuer.finish(callbackUrl, begun)).authenticatedAtMs).toBeLessThanOrEqual(Date.now());
  });

  it('may refuse a person, which is no fault of the settings', async () => {
    await company.tell({ subject: null });
    const issuer = issuerWith();
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    await expect(issuer.finish(callbackUrl, begun)).rejects.toMatchObject({
      why: 'declined',
      message: expect.stringContaining('the person said no'),
    });
  });

  it('knows no such client or secret: that is a matter of the settings', async () => {
    const issuer = issuerWith({ clientSecret: 'another' });
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    await expect(issuer.finish(callbackUrl, begun)).rejects.toMatchObject({ why: 'set_up' });
    await expect(issuerWith({ issuer: `${company.issuer}/else` }).begin(attempt())).rejects.toBeInstanceOf(
      CompanyIssuerUnavailable,
    );
    const underOtherName = issuerWith({ issuer: company.issuer.replace('127.0.0.1', 'localhost') });
    await expect(underOtherName.begin(attempt())).rejects.toMatchObject({ why: 'set_up' });
  });

  it('is unavailable, at the beginning or at the end, and back again', async () => {
    const issuer = issuerWith();
    const begun = attempt();
    const callbackUrl = await throughBrowser(await issuer.begin(begun));
    await company.stop();
    await expect(issuer.finish(callbackUrl, begun)).rejects.toBeInstanceOf(CompanyIssuerUnavailable);
    await expect(issuer.begin(attempt())).rejects.toBeInstanceOf(CompanyIssuerUnavailable);
    await expect(
      issuerWith({ issuer: `http://127.0.0.1:${await freePort()}` }).begin(attempt()),
    ).rejects.toThrow(/ECONNREFUSED/);
    await company.start();
    await company.tell({ claims });
    const again = attempt();
    expect((await issuer.finish(await throughBrowser(await issuer.begin(again)), again)).subject).toBe(
      'anna',
    );
  });

  it('has a page where the login there is ended', async () => {
    const url = await issuerWith().logoutUrl('http://127.0.0.1:9/');
    expect(url?.searchParams.get('post_logout_redirect_uri')).toBe('http://127.0.0.1:9/');
    expect(url?.searchParams.get('client_id')).toBe(clientId);
    expect((await new TestBrowser().visit(String(url))).status).toBe(200);
  });
});
