import { describe, expect, it } from 'vitest';
import { Passwords } from './passwords.ts';

describe('a password', () => {
  it('is kept as argon2id with its cost and a salt of its own, and found right again', async () => {
    const passwords = new Passwords();
    const [phc, again] = [
      await passwords.hash('café au lait, 3 €'),
      await passwords.hash('café au lait, 3 €'),
    ];
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(again).not.toBe(phc);
    expect(await passwords.isRight('café au lait, 3 €', phc)).toBe(true);
    // The same password as another keyboard gives it.
    expect(await passwords.isRight('café au lait, 3 €'.normalize('NFD'), phc)).toBe(true);
    expect(await passwords.isRight('café au lait, 3 $', phc)).toBe(false);
  });

  it('is what argon2 of other programs makes of it', async () => {
    // argon2-cffi 25.1.0: PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash('press hall 1', salt=b'0123456789abcdef')
    const phc =
      '$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$NYXbFsYUrKC4dkKqhx3KmqHA/urDEGnzezBfWcwGpsU';
    expect(await new Passwords().isRight('press hall 1', phc)).toBe(true);
  });

  it.each([null, undefined, '', 'plain', '$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA'])(
    'that is kept as %s is never right',
    async (phc) => {
      expect(await new Passwords().isRight('', phc)).toBe(false);
      expect(await new Passwords().isRight('plain', phc)).toBe(false);
    },
  );
});

it('of many that come at once two are looked at and 20 wait; the others are refused, and all is well afterwards', async () => {
  const passwords = new Passwords();
  const phc = await passwords.hash('press hall 1');
  const outcomes = await Promise.allSettled(
    Array.from({ length: 25 }, () => passwords.isRight('press hall 1', phc)),
  );
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatchObject({ reason: { code: 'too_many_logins', retryAfterSeconds: 2 } });
  expect(outcomes.slice(0, 22)).toEqual(
    Array.from({ length: 22 }, () => ({ status: 'fulfilled', value: true })),
  );
  expect(await passwords.isRight('press hall 1', phc)).toBe(true);
});
