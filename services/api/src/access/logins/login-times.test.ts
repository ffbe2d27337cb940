import type { Login } from '@holdfast/shared/contracts/login.ts';
import { describe, expect, it } from 'vitest';
import { LoginTimes } from './login-times.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse('2026-01-01T08:00:00Z');

function login(about: Partial<Login> = {}): Login {
  const at = new Date(start).toISOString();
  return {
    ...{ v: 1, id: 'l-aaaaaaaaaaaaaaaa', sha256: 'a', replaces: null, user: 'u', how: 'password' },
    ...{ created_at: at, authenticated_at: at, last_seen_at: at, idle_minutes: 30 },
    expires_at: new Date(start + 12 * hour).toISOString(),
    ...{ address: '', agent: '', over_https: true, ...about },
  };
}

/** A running machine whose clock may be set. */
function machine() {
  const clock = { wall: start, steady: 5_000 };
  const times = new LoginTimes({ wallMs: () => clock.wall, steadyMs: () => clock.steady });
  return {
    times,
    pass: (ms: number) => {
      clock.wall += ms;
      clock.steady += ms;
    },
    setClockBy: (ms: number) => {
      clock.wall += ms;
    },
  };
}

describe('a login', () => {
  it('is over half an hour after its last use, a minute later at most, and no earlier', () => {
    const { times, pass } = machine();
    times.follow(login());
    pass(29 * minute);
    times.used('a');
    pass(30 * minute);
    expect(times.isOver(login())).toBe(false);
    pass(minute);
    expect(times.isOver(login())).toBe(true);
  });

  it('is over after twelve hours, however much it was used', () => {
    const { times, pass } = machine();
    times.follow(login());
    for (let step = 0; step < 12 * 60 - 1; step += 10) {
      expect(times.isOver(login())).toBe(false);
      times.used('a');
      pass(10 * minute);
    }
    expect(times.isOver(login())).toBe(true);
  });

  it('of a wall display does not idle out', () => {
    const { times, pass } = machine();
    const display = login({ idle_minutes: null });
    times.follow(display);
    pass(11 * hour);
    expect(times.isOver(display)).toBe(false);
  });

  it('that is not followed is over', () => {
    expect(machine().times.isOver(login())).toBe(true);
  });

  it('is written down as used once a minute', () => {
    const { times, pass } = machine();
    times.follow(login());
    const noted: boolean[] = [];
    for (let request = 0; request < 12; request += 1) {
      pass(10_000);
      noted.push(times.used('a'));
    }
    expect(noted.filter(Boolean)).toHaveLength(2);
  });

  it('is used as late as any process has seen', () => {
    const { times, pass } = machine();
    times.follow(login());
    pass(25 * minute);
    times.follow(login({ last_seen_at: new Date(start + 24 * minute).toISOString() }));
    pass(20 * minute);
    expect(times.isOver(login())).toBe(false);
  });
});

describe('a clock that is set', () => {
  it('back prolongs nothing, neither idling nor the twelve hours', () => {
    const idle = machine();
    idle.times.follow(login());
    idle.setClockBy(-24 * hour);
    idle.pass(31 * minute);
    expect(idle.times.isOver(login())).toBe(true);

    const used = machine();
    used.times.follow(login());
    used.setClockBy(-24 * hour);
    for (let step = 0; step < 12 * 6; step += 1) {
      used.times.used('a');
      expect(used.times.isOver(login())).toBe(false);
      used.pass(10 * minute);
    }
    used.times.used('a');
    expect(used.times.isOver(login())).toBe(true);
  });

  it('back does not prolong the login that it becomes by a fresh authentication either', () => {
    const { times, pass, setClockBy } = machine();
    const display = login({ idle_minutes: null });
    times.follow(display);
    pass(6 * hour);
    setClockBy(-6 * hour);
    const renewed = login({ sha256: 'b', replaces: 'a', idle_minutes: null });
    times.follow(renewed);
    pass(6 * hour);
    expect(times.isOver(renewed)).toBe(true);
  });

  it('back by a day makes a process that starts then take no login for younger than it is', () => {
    const { times, setClockBy } = machine();
    setClockBy(-24 * hour);
    times.follow(login());
    expect(times.isOver(login())).toBe(true);
  });

  it('forward ends what would be over by then, and back again revives only what has time left', () => {
    const { times, setClockBy } = machine();
    times.follow(login());
    setClockBy(13 * hour);
    expect(times.isOver(login())).toBe(true);
    setClockBy(-13 * hour);
    expect(times.isOver(login())).toBe(false);
  });

  it('makes no old authentication a fresh one', () => {
    const { times, pass, setClockBy } = machine();
    const at = new Date(start).toISOString();
    pass(4 * minute);
    expect(times.isFresh(at, 5 * minute)).toBe(true);
    pass(minute);
    expect(times.isFresh(at, 5 * minute)).toBe(false);
    setClockBy(-24 * hour);
    expect(times.isFresh(at, 5 * minute)).toBe(false);
  });
});
