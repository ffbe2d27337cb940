import { type MissCause, type Sample, sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { type SessionSubject, subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { AssignReason, PlacementEvent } from '@holdfast/shared/domain/placement/events.ts';
import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import type { History, RecordedEvent, RecordedSample, Violation } from '../history.ts';

/** Tests count time in ms from here. */
export const epochMs = Date.parse('2026-01-05T06:00:00Z');
/** One tick a second, so that tick `tick0 + n` is due n seconds after `epochMs`. */
export const periodMs = 1_000;
export const tick0 = epochMs / periodMs;

/** Hand-made records of task 7, whose sessions read the device press with a period of 1 s. */
export class RecordedHistory {
  readonly events: RecordedEvent[] = [];
  readonly samples: RecordedSample[] = [];

  started(atMs: number, run = 1, by = 'anna'): this {
    return this.#lifecycle(atMs, { type: 'session.started', ...identity(run), by, metadata: {} });
  }

  stopped(atMs: number, run = 1, by = 'anna'): this {
    return this.#lifecycle(atMs, { type: 'session.stopped', ...identity(run), by, reason: '' });
  }

  paused(atMs: number, run = 1, by = 'anna'): this {
    return this.#lifecycle(atMs, { type: 'session.paused', ...identity(run), by, reason: '' });
  }

  resumed(atMs: number, run = 1, by = 'anna', configVersion = 1): this {
    const session = { ...identity(run), configVersion };
    return this.#lifecycle(atMs, { type: 'session.resumed', ...session, by, reason: 'resume' });
  }

  takenUp(atMs: number, run = 1, by = 'anna'): this {
    return this.#lifecycle(atMs, { type: 'session.resumed', ...identity(run), by, reason: 'recover' });
  }

  failed(atMs: number, run = 1): this {
    const by = 'supervisor';
    return this.#lifecycle(atMs, {
      type: 'session.failed',
      ...identity(run),
      by,
      reason: '',
      cause: 'passing',
    });
  }

  /** @param fromMs when version `to` is in force */
  reconfigured(atMs: number, fromMs: number, to: number, status: 'running' | 'paused' = 'running'): this {
    return this.#lifecycle(atMs, {
      type: 'session.reconfigured',
      ...{ ...identity(1), configVersion: to, by: 'anna', reason: '', cause: 'requested', status },
      from: { configVersion: to - 1 },
      ...(status === 'running' && { runningSince: 1 }),
      effectiveAt: new Date(epochMs + fromMs).toISOString(),
      undoUntil: new Date(epochMs + fromMs + 60_000).toISOString(),
      change: { added: 0, removed: 0, changed: 1, codes: ['press'] },
    });
  }

  assigned(
    atMs: number,
    collectorId: string,
    reason: AssignReason = 'start',
    run = 1,
    configVersion = 1,
  ): this {
    return this.#placement(atMs, {
      type: 'session.assigned',
      sessionId: `7-${run}`,
      taskId: '7',
      collectorId,
      configVersion,
      reason,
      refusals: 0,
    });
  }

  /** Samples of the ticks `from` to `to`, counted from `tick0`, each published 20 ms after its time. */
  polled(
    from: number,
    to: number,
    options: {
      epoch: number;
      collector?: string;
      run?: number;
      miss?: MissCause;
      isUnchanged?: boolean;
      /** Version of its configuration, where it is not the placement's. */
      version?: number;
      /** Length of its ticks, a second unless set: these are counted from `epochMs`. */
      lengthMs?: number;
      /** The first tick of their reader. */
      sinceTick?: number;
      /** Whether its source had kept what it had to say before that tick. */
      sourceKept?: boolean;
      /** Code of the device, press unless set. */
      device?: string;
    },
  ): this {
    const first = epochMs / (options.lengthMs ?? periodMs);
    for (let tick = first + from; tick <= first + to; tick += 1) this.sampled(tick, options);
    return this;
  }

  sampled(
    tick: number,
    options: {
      epoch: number;
      collector?: string;
      run?: number;
      miss?: MissCause;
      readAtMs?: number;
      storedAtMs?: number;
      /** The tick was read, and nothing was worth sending. */
      isUnchanged?: boolean;
      version?: number;
      lengthMs?: number;
      device?: string;
      sinceTick?: number;
      sourceKept?: boolean;
    },
  ): this {
    const { lengthMs = periodMs, device = 'press', sinceTick, sourceKept } = options;
    const time = tick * lengthMs;
    const sample: Sample = {
      v: sampleVersion,
      session: `7-${options.run ?? 1}`,
      epoch: options.epoch,
      collector: options.collector ?? 'c1',
      task: '7',
      device_id: '1',
      device,
      site: '',
      measurement: device,
      ...(options.version !== undefined && { config_version: options.version }),
      tick,
      period_ms: lengthMs,
      ...(sinceTick !== undefined && { since_tick: sinceTick }),
      ...(sourceKept && { source_kept: true as const }),
      time,
      read_at: options.readAtMs ?? time + 10,
      ...whatCameOf(tick, options),
    };
    const storedAtMs = options.storedAtMs ?? time + 20;
    this.samples.push({ sequence: this.samples.length + 1, storedAtMs, sample });
    return this;
  }

  /** The history as it was read `atMs` after the beginning, with a database that agrees with the log and the stream. */
  readAt(atMs: number, changes: Partial<History> = {}): History {
    return {
      events: this.events,
      samples: this.samples,
      undecodable: [],
      quarantined: [],
      configs: new Map([['7/1', { devices: [{ code: 'press', periodMs }] }]]),
      acknowledged: { floor: this.samples.length, pending: 0 },
      database: undefined,
      commands: undefined,
      requests: undefined,
      readAtMs: epochMs + atMs,
      sinceMs: 0,
      ...changes,
    };
  }

  warned(atMs: number, run = 1): this {
    return this.#add(atMs, subjects.warning('7'), 'warning', {
      type: 'session.warned',
      sessionId: `7-${run}`,
      taskId: '7',
      by: 'supervisor',
      reason: 'time limit',
      softLimitAt: new Date(epochMs + atMs).toISOString(),
    });
  }

  #lifecycle(atMs: number, event: SessionEvent): this {
    return this.#add(atMs, subjects.lifecycle('7'), 'lifecycle', event);
  }

  #placement(atMs: number, event: PlacementEvent): this {
    return this.#add(atMs, subjects.placement('7'), 'placement', event);
  }

  #add(atMs: number, subject: string, kind: SessionSubject['aspect'], event: SessionLogEvent): this {
    const sequence = this.events.length + 1;
    const storedAtMs = epochMs + atMs;
    const metadata = { id: `e${sequence}`, time: new Date(storedAtMs).toISOString(), source: '/test' };
    const decoded = { kind, event, metadata } as RecordedEvent['decoded'];
    this.events.push({ sequence, subject, storedAtMs, decoded });
    return this;
  }
}

function whatCameOf(
  tick: number,
  { miss, isUnchanged }: { miss?: MissCause; isUnchanged?: boolean },
): Pick<Sample, 'values' | 'miss'> {
  if (miss) return { miss: { cause: miss, detail: '' } };
  return isUnchanged ? {} : { values: { count: tick } };
}

function identity(run: number) {
  return {
    sessionId: `7-${run}`,
    taskId: '7',
    taskCode: 'press',
    configVersion: 1,
    startedAt: new Date(epochMs).toISOString(),
  };
}

export function invariantsOf(violations: readonly Violation[]): string[] {
  return violations.map(({ invariant }) => invariant);
}
