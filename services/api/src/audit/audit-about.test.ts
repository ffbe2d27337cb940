import { describe, expect, it } from 'vitest';
import { auditAddress, auditRequest, auditTarget } from './audit-about.ts';

describe('what the audit log keeps of a request', () => {
  it('is all of one that is short', () => {
    const query = { limit: 5, reason: 'done' };
    const body = { code: 'press-1', points: [{ code: 'a' }] };
    expect(auditRequest({ url: '/api/config/devices/?limit=5&reason=done', query, body })).toEqual({
      ...{ path: '/api/config/devices/', query, body },
    });
    expect(auditRequest({ url: '/api/x/', query: {}, body: null })).toEqual({ path: '/api/x/' });
    expect(auditTarget('session.start', {}, { task_id: 7 })).toBe('task 7');
    const location = '/api/acquisition/sessions/7-3/';
    expect(auditTarget('session.start', {}, { task_id: 7 }, location)).toBe('task 7, session 7-3');
    expect(auditTarget('site.create', {}, { code: { toString: 1 }, name: null })).toBe('site');
    expect(auditAddress('2001:db8:ffff:ffff:ffff:ffff:ffff:ffff%eth0')).toContain('%eth0');
  });

  it('has no secret, wherever it was sent', () => {
    const key = `hf_0a1b2c3d_${'x'.repeat(43)}`;
    const all = [
      auditRequest({
        url: `/keys/${key}/?a=`,
        query: { a: key, token: 'tok' },
        body: { password: 'pw', b: key },
      }),
      auditTarget('key.revoke', { id: key }, undefined),
    ];
    const redactedKey = 'hf_0a1b2c3d_[redacted]';
    expect(all).toEqual([
      {
        path: `/keys/${redactedKey}/`,
        query: { a: redactedKey, token: '[redacted]' },
        body: { password: '[redacted]', b: redactedKey },
      },
      `key ${redactedKey}`,
    ]);
  });

  it('is short, however much was sent', () => {
    const long = 'x'.repeat(16_000);
    const whole = {
      ...auditRequest({ url: `/${long}?a=${long}`, query: { a: long }, body: { a: long } }),
      target: auditTarget('key.revoke', { id: long }, {}),
      from: auditAddress(long),
    };
    expect(whole).toMatchObject({ query_length: 16_008, body_length: 16_008 });
    expect(JSON.stringify(whole).length).toBeLessThan(1_000);
    // A body that is just short enough is kept.
    const most = auditRequest({ url: '/a?', query: { a: 'x'.repeat(1_016) }, body: 'x'.repeat(4_094) });
    expect(most).toMatchObject({ query: {}, body: expect.any(String) });
  });
});
