import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import { SpoolAttachment } from './attach-spool.ts';
import { MemorySpool } from './testing/memory-spool.ts';

/** A spool that another process has locked for so many attempts. */
function lockedFor(attempts: number) {
  const time = new FakeTime();
  const errors: string[] = [];
  const line = (level: string) => (first: unknown, text?: string) => {
    if (level === 'error') errors.push(text ?? String(first));
  };
  const log = { error: line('error'), info: line('info'), debug: line('debug') } as unknown as Logger;
  const attached: unknown[] = [];
  const spool = new MemorySpool();
  let remaining = attempts;
  const attachment = new SpoolAttachment({
    outbox: { useSpool: (each) => void attached.push(each), leaveSpool: async () => undefined },
    open: async () => {
      if (remaining === 0) return { spool, notices: [] };
      remaining -= 1;
      return undefined;
    },
    timers: new FakeProcess(time).timers,
    log,
  });
  return { attachment, attached, errors, spool, time };
}

describe('the spool of a collector that starts', () => {
  it('is attached without an error when another process locks it for a moment', async () => {
    const { attachment, attached, errors, spool, time } = lockedFor(2);
    attachment.acquire();
    await time.advance(10_000);
    expect(attached).toEqual([undefined, undefined, spool]);
    expect(errors).toEqual([]);
  });

  it('is reported once while another process keeps it, and attached when that is over', async () => {
    const { attachment, attached, errors, spool, time } = lockedFor(10);
    attachment.acquire();
    await time.advance(15_000);
    expect(errors).toEqual(['the spool cannot be used: samples wait in memory alone']);
    await time.advance(15_000);
    expect(attached.at(-1)).toBe(spool);
    expect(errors).toHaveLength(1);
  });
});
