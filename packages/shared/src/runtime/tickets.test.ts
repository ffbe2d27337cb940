import { describe, expect, test } from 'vitest';
import { Tickets } from './tickets.ts';

describe('tickets', () => {
  test('give back what was put, once', () => {
    const tickets = new Tickets<{ name: string }>();
    const first = tickets.put({ name: 'first' });
    const second = tickets.put({ name: 'second' });

    expect(tickets.take(first)).toEqual({ name: 'first' });
    expect(tickets.take(first)).toBeUndefined();
    expect(tickets.size).toBe(1);
    expect(tickets.take(second)).toEqual({ name: 'second' });
    expect(tickets.size).toBe(0);
  });

  test('of what is gone never take what came after it', () => {
    const tickets = new Tickets<{ name: string }>();
    const gone = tickets.put({ name: 'gone' });
    tickets.take(gone);
    const next = tickets.put({ name: 'next' });

    expect(next).not.toBe(gone);
    expect(tickets.take(gone)).toBeUndefined();
    expect(tickets.take(next)).toEqual({ name: 'next' });
  });

  test('may be given again when they are settled, and only then', () => {
    const tickets = new Tickets<{ name: string }>();
    const settled = tickets.put({ name: 'settled' });

    expect(tickets.settle(settled)).toEqual({ name: 'settled' });
    expect(tickets.settle(settled)).toBeUndefined();
    expect(tickets.put({ name: 'given up' })).toBe(settled);
    expect(tickets.takeIf(() => true)).toHaveLength(1);
    expect(tickets.put({ name: 'next' })).not.toBe(settled);
    expect(tickets.settle(settled)).toBeUndefined();
    expect(tickets.size).toBe(1);
  });

  test('of a slot start over before they are no whole numbers any more', () => {
    const tickets = new Tickets<{ name: string }>(2 ** 22);
    tickets.put({ name: 'in slot 0' });
    for (let use = 0; use < 10; use += 1) {
      const ticket = tickets.put({ name: `${use}` });
      expect(ticket).toBeLessThanOrEqual(2 ** 22);
      expect(tickets.take(ticket)).toEqual({ name: `${use}` });
      expect(tickets.size).toBe(1);
    }
  });

  test('that no process was given take nothing', () => {
    const tickets = new Tickets<{ name: string }>();
    tickets.put({ name: 'there' });

    for (const ticket of [-1, 0, 0.5, 1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(tickets.take(ticket)).toBeUndefined();
    }
    expect(tickets.size).toBe(1);
  });

  test('can be taken by what they stand for, and all looked at', () => {
    const tickets = new Tickets<{ age: number }>();
    const ids = [1, 2, 3, 4].map((age) => tickets.put({ age }));
    tickets.take(ids[1] ?? 0);

    expect(tickets.all().map(({ age }) => age)).toEqual([1, 3, 4]);
    expect(tickets.takeIf(({ age }) => age > 2).map(({ age }) => age)).toEqual([3, 4]);
    expect(tickets.size).toBe(1);
    expect(tickets.all()).toEqual([{ age: 1 }]);
    expect(tickets.take(ids[2] ?? 0)).toBeUndefined();
  });
});
