import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { describe, expect, it, vi } from 'vitest';
import type { OutboxHealth } from './outbox-health.ts';
import { reportOutbox } from './outbox-report.ts';

const idleOutbox: OutboxHealth = {
  ...{ waitingInMemory: 0, spooledSamples: 0, spooledBytes: 0 },
  ...{ dropped: 0, tooLarge: 0, unsentNotices: 0, damagedRecords: 0 },
};

/** The lines logged at a sequence of looks that find the outbox in these states. */
function toldAt(looks: readonly Partial<OutboxHealth>[]): unknown[] {
  const reports: unknown[] = [];
  const log = createLogger('test', 'silent');
  for (const level of ['info', 'warn'] as const) {
    vi.spyOn(log, level).mockImplementation(
      (_fields: unknown, message?: string) => void reports.push(message),
    );
  }
  let look = () => {};
  let now: OutboxHealth = idleOutbox;
  const after = (_ms: number, next: () => void) => {
    look = next;
    return () => {};
  };
  reportOutbox({ health: () => now, worthTelling: 100, timers: { after }, log });
  for (const each of looks) {
    now = { ...idleOutbox, ...each };
    look();
  }
  return reports;
}

describe('what waits in the outbox', () => {
  it('is reported when it begins to be much, and when all is sent, though some samples are on their way at every look', () => {
    const onTheirWay = { waitingInMemory: 7 };
    const reports = toldAt([
      onTheirWay,
      { waitingInMemory: 200 },
      { spooledSamples: 900 },
      onTheirWay,
      onTheirWay,
    ]);
    expect(reports).toEqual(['samples wait for the broker', 'all samples that waited are with the broker']);
  });

  it('is not all sent while something lies on disk, or ticks that were lost are not declared', () => {
    const reports = toldAt([{ waitingInMemory: 200 }, { spooledSamples: 1 }, { unsentNotices: 1 }]);
    expect(reports).toEqual(['samples wait for the broker']);
  });
});
