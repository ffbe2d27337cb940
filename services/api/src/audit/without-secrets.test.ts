import { describe, expect, it } from 'vitest';
import { textWithoutKeys, urlWithoutSecrets, valueWithoutSecrets } from './without-secrets.ts';

const secret = 'Zy9_-'.repeat(9).slice(0, 43);
const key = `hf_0a1b2c3d_${secret}`;
const redactedKey = 'hf_0a1b2c3d_[redacted]';
const names = [
  ...['password', 'api_key', 'apiKey', 'X-API-Key', 'key', 'Authorization', 'Cookie', 'set-cookie'],
  ...['client_secret', 'access_token', 'passphrase', 'db_passwd', 'credentials'],
  ...['pass', 'pwd', 'auth', 'private_key', 'access-key'],
];
const ofValue = (value: unknown) => valueWithoutSecrets(value, JSON.stringify(value));

describe('what comes to stand in a log', () => {
  it.each([
    [`as ${key}, twice ${key}!`, `as ${redactedKey}, twice ${redactedKey}!`],
    [`half of it: ${key.slice(0, 30)}`, `half of it: ${redactedKey}`],
    [key.toUpperCase(), 'HF_0A1B2C3D_[redacted]'],
    [`authorization: Bearer ${secret}`, 'authorization: Bearer [redacted]'],
    ['key hf_0a1b2c3d, a bearer of news, the compass', 'key hf_0a1b2c3d, a bearer of news, the compass'],
  ])('names of a key only its id: %s', (text, expected) => {
    expect(textWithoutKeys(text)).toBe(expected);
    expect(urlWithoutSecrets(`/a/${text}`)).toBe(`/a/${expected}`);
    expect(ofValue({ reason: [text] })).toEqual({ reason: [expected] });
  });

  it('has no key as the name of a field', () => {
    expect(ofValue([{ [key]: 7 }])).toEqual([{ [redactedKey]: 7 }]);
  });

  it.each(names)('has no %s', (name) => {
    expect(urlWithoutSecrets(`/a/?limit=5&${name}=${secret}&code=a`)).toBe(
      `/a/?limit=5&${name}=[redacted]&code=a`,
    );
    expect(urlWithoutSecrets(`/a/?${name}=${secret}`)).toBe(`/a/?${name}=[redacted]`);
    expect(ofValue([{ code: 'a', more: [{ [name]: { in: secret }, n: null }] }])).toEqual([
      { code: 'a', more: [{ [name]: '[redacted]', n: null }] },
    ]);
  });

  it('is found in no time, whatever is sent: all requests wait for it', { timeout: 10_000 }, () => {
    const marks = `/a/key${'?'.repeat(200_000)}`;
    expect(urlWithoutSecrets(marks)).toBe(marks);
    expect(urlWithoutSecrets(`${marks}token=${secret}&a?token=7`)).toBe(
      `${marks}token=[redacted]&a?token=[redacted]`,
    );
  });

  it('is as it was where there is none', () => {
    const url = '/api/system/keys/0a1b2c3d/?action=key.create&cursor=bW9yZQ==&note=compass%20bearer';
    expect(urlWithoutSecrets(url)).toBe(url);
    const body = {
      code: 'press-1',
      labels: { hall: '3', keyboard: 'author', bypass: 'monkey' },
      points: [{ code: 'token', scale: 0.1 }],
      note: null,
    };
    expect(ofValue(body)).toEqual(body);
  });
});
