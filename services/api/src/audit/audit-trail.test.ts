import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { expect, it } from 'vitest';
import { BrokerUnavailable } from '../ports.ts';
import { startAuditTrail } from './audit-trail.ts';

function entry(action: string, data: Record<string, unknown>): AuditEntry {
  return {
    ...{
      v: 1,
      actor: { kind: 'user', id: 'u-1', name: 'anna' },
      id: action,
      time: '2026-01-01T08:00:00.000Z',
      who: 'anna',
      from: '127.0.0.1',
      action,
    },
    ...{ target: 'point 7', outcome: 'failed', detail: '', request_id: 'r', data },
  };
}

it('what AUDIT cannot store is in the log, but for a value that was to be written', async () => {
  const logged: unknown[] = [];
  const log = {
    error: ({ audit }: { audit?: unknown }) => audit !== undefined && logged.push(audit),
    info: () => undefined,
  } as unknown as Logger;
  const trail = startAuditTrail({
    audit: {
      append: async () => {
        throw new BrokerUnavailable('away');
      },
      appendRefusal: async () => undefined,
    },
    log,
  });
  const stopped = entry('session.stop', { status: 503, body: { reason: 'done' } });
  trail.record(stopped);
  trail.record(entry('point.write', { status: 503, query: { value: '80' }, body: { value: 80 } }));
  await trail.stop();
  expect(logged).toEqual([stopped, entry('point.write', { status: 503 })]);
  expect(trail.lost()).toBe(2);
});

it('an entry that is recorded when the one before has just been stored needs no third one to be stored', async () => {
  for (let turns = 0; turns < 12; turns += 1) {
    const ids: string[] = [];
    const isStored = Promise.withResolvers<void>();
    const trail = startAuditTrail({
      audit: {
        append: ({ id }) => {
          ids.push(id);
          return isStored.promise;
        },
        appendRefusal: async () => undefined,
      },
      log: { error: () => undefined } as unknown as Logger,
    });
    trail.record(entry('first', {}));
    isStored.resolve();
    for (let turn = 0; turn < turns; turn += 1) await undefined;
    trail.record(entry('second', {}));
    await eventually(() => ids.length === 2, {
      what: `the second, ${turns} turns later`,
      timeoutMs: 2_000,
    });
    await trail.stop();
  }
});
