import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import { describe, expect, it } from 'vitest';
import { Refusals } from './refusals.ts';

const entry = (target: string): AuditEntry => ({
  ...{ v: 1, id: target, time: '2026-01-01T08:00:00.000Z', who: 'anna', from: '127.0.0.1' },
  actor: { kind: 'user', id: 'u-1', name: 'anna' },
  ...{ action: 'api.read', target, outcome: 'refused', detail: 'role_too_low', request_id: 'r', data: {} },
});

function refusals() {
  const entries: [string, unknown][] = [];
  const clock = { nowMs: 0 };
  const record = ({ target, data }: AuditEntry) => void entries.push([target, data?.count]);
  return { entries, clock, all: new Refusals({ record, nowMs: () => clock.nowMs }) };
}

describe('refused requests', () => {
  it('are recorded at once, and those of the same kind within a minute together with their count', () => {
    const { entries, clock, all } = refusals();
    for (let request = 0; request < 5; request += 1) all.note('a', () => entry(`a${request}`));
    all.note('b', () => entry('b'));
    expect(entries).toEqual([
      ['a0', undefined],
      ['b', undefined],
    ]);
    clock.nowMs = 59_999;
    all.tellOver();
    expect(entries).toHaveLength(2);
    clock.nowMs = 60_000;
    all.tellOver();
    expect(entries.slice(2)).toEqual([['a0', 4]]);
    all.note('a', () => entry('again'));
    all.note('a', () => entry('again'));
    all.tellAll();
    expect(entries.slice(3)).toEqual([
      ['again', undefined],
      ['again', 1],
    ]);
    all.tellAll();
    expect(entries).toHaveLength(5);
  });

  it('of more kinds than are kept lose none of their counts', () => {
    const { entries, all } = refusals();
    for (let kind = 0; kind < 10_050; kind += 1) {
      all.note(String(kind), () => entry(String(kind)));
      all.note(String(kind), () => entry(String(kind)));
    }
    expect(entries.filter(([, count]) => count === 1)).toHaveLength(50);
    all.tellAll();
    expect(entries.filter(([, count]) => count === 1)).toHaveLength(10_050);
  });
});
