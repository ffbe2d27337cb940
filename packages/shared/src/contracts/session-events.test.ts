import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudEventSchema } from './cloud-event.ts';
import {
  type DecodedSessionEvent,
  decodeSessionEvent,
  encodeSessionEvent,
  type SessionLogEvent,
  sessionEventVersion,
} from './session-events.ts';

/** Logs live for years: this file is a log as a release writes it, and is never changed. */
function fixture(name: string): unknown[] {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
}

const metadata = { id: 'c1', time: '2025-03-01T06:00:00.000Z', source: '/holdfast/api' };

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const positiveInteger = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const count = fc.nat();
const identity = {
  sessionId: fc.string({ minLength: 1 }),
  taskId: fc.string({ minLength: 1 }),
  taskCode: text,
  configVersion: positiveInteger,
  startedAt: fc.constant('2025-03-01T06:00:00.000Z'),
  by: text,
};
const placed = {
  ...pickFields(identity, 'sessionId', 'taskId'),
  collectorId: fc.string({ minLength: 1 }),
  refusals: count,
};
const userMetadata = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  // JSON cannot distinguish -0 from 0, so neither does the test.
  fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
);
const needs = fc.record({
  labels: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    text,
  ),
  endpoints: fc.array(text),
});
const moment = fc
  .date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
/** Fields that an event may lack. */
function lifecycle<F extends Record<string, fc.Arbitrary<unknown>>>(
  required: F,
  optional: Record<string, fc.Arbitrary<unknown>> = {},
) {
  const model = { ...identity, ...required, needs, softLimitAt: moment, hardLimitAt: moment, ...optional };
  return fc.record(model, { requiredKeys: [...Object.keys(identity), ...Object.keys(required)] as [] });
}
const anyEvent = fc.oneof(
  lifecycle({ type: fc.constant('session.started'), metadata: userMetadata }),
  lifecycle({ type: fc.constantFrom('session.paused', 'session.stopped'), reason: text }),
  lifecycle(
    { type: fc.constant('session.resumed'), reason: fc.constantFrom('resume', 'recover', 'restart') },
    { attempt: positiveInteger },
  ),
  lifecycle(
    {
      type: fc.constant('session.reconfigured'),
      reason: text,
      cause: fc.constantFrom('requested', 'rolled_back'),
      status: fc.constantFrom('running', 'paused'),
      from: fc.record({ configVersion: positiveInteger, needs }, { requiredKeys: ['configVersion'] }),
      effectiveAt: moment,
      undoUntil: moment,
      change: fc.record({ added: count, removed: count, changed: count, codes: fc.array(text) }),
    },
    { runningSince: positiveInteger, attempt: positiveInteger },
  ),
  lifecycle(
    { type: fc.constant('session.failed'), reason: text },
    { cause: fc.constantFrom('passing', 'permanent'), attempt: count },
  ),
  fc.record({
    type: fc.constant('session.assigned'),
    ...placed,
    configVersion: positiveInteger,
    reason: fc.constantFrom('start', 'recovery', 'failover', 'drain', 'rebalance', 'resume'),
  }),
  fc.record({
    type: fc.constant('session.released'),
    ...placed,
    epoch: positiveInteger,
    reason: fc.constantFrom('refused', 'rebalance', 'drain', 'recovery_disabled'),
    detail: text,
  }),
  fc.record({
    type: fc.constant('session.warned'),
    ...pickFields(identity, 'sessionId', 'taskId', 'by'),
    reason: text,
    softLimitAt: moment,
  }),
) as fc.Arbitrary<SessionLogEvent>;

function pickFields<T, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}

const overTheWire = (event: SessionLogEvent): unknown =>
  JSON.parse(JSON.stringify(encodeSessionEvent(event, metadata)));

describe('an event of the session log', () => {
  it('names time limits in moments, on the wire as in the code', () => {
    const softLimitAt = '2025-03-01T07:00:00.000Z';
    const warned = {
      type: 'session.warned',
      sessionId: '7-3',
      taskId: '7',
      by: 'supervisor',
      reason: 'time limit',
    };
    expect(overTheWire({ ...warned, softLimitAt } as SessionLogEvent)).toMatchObject({
      type: 'session.warned',
      data: { schema_version: 2, session_id: '7-3', soft_limit_at: softLimitAt },
    });
    const broken = overTheWire({ ...warned, softLimitAt: 'soon' } as SessionLogEvent);
    expect(decodeSessionEvent(broken)).toMatchObject({ kind: 'unreadable' });
  });

  it('names what a session had before a change of its configuration, on the wire as in the code', () => {
    const changed = {
      ...{ type: 'session.reconfigured', sessionId: '7-3', taskId: '7', taskCode: 'press-hall' },
      ...{ configVersion: 4, startedAt: metadata.time, by: 'li', reason: '', cause: 'requested' },
      ...{ status: 'running', runningSince: 12, effectiveAt: metadata.time, undoUntil: metadata.time },
      ...{ from: { configVersion: 3 }, change: { added: 0, removed: 0, changed: 1, codes: ['press'] } },
    };
    expect(overTheWire(changed as SessionLogEvent)).toMatchObject({
      data: { config_version: 4, running_since: 12, from: { config_version: 3 } },
    });
  });

  it('comes back from the wire as it was, with its kind and its metadata', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const kinds: Record<string, string> = {
          'session.assigned': 'placement',
          'session.released': 'placement',
          'session.warned': 'warning',
        };
        const kind = kinds[event.type] ?? 'lifecycle';
        const decoded = decodeSessionEvent(overTheWire(event));
        expect(decoded).toEqual({ kind, event, metadata });
      }),
      { numRuns: 500 },
    );
  });

  it('lies in the log as a CloudEvent that reads by eye', () => {
    const event: SessionLogEvent = {
      type: 'session.started',
      sessionId: '7-3',
      taskId: '7',
      taskCode: 'press-hall',
      configVersion: 4,
      startedAt: '2025-03-01T06:00:00.000Z',
      by: 'li',
      metadata: { orderNo: 'A-17', shift_lead: 'wang' },
    };
    expect(overTheWire(event)).toEqual({
      specversion: '1.0',
      id: 'c1',
      source: '/holdfast/api',
      type: 'session.started',
      time: '2025-03-01T06:00:00.000Z',
      subject: '7-3',
      datacontenttype: 'application/json',
      data: {
        schema_version: 2,
        session_id: '7-3',
        task_id: '7',
        task_code: 'press-hall',
        config_version: 4,
        started_at: '2025-03-01T06:00:00.000Z',
        by: 'li',
        metadata: { orderNo: 'A-17', shift_lead: 'wang' },
      },
    });
  });

  it('has envelope fields of CloudEvents alone and data in snake_case', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const wire = overTheWire(event) as { data: object };
        expect(cloudEventSchema.safeParse(wire).success).toBe(true);
        expect(Object.keys(wire)).toEqual([
          'specversion',
          'id',
          'source',
          'type',
          'time',
          'subject',
          'datacontenttype',
          'data',
        ]);
        for (const name of Object.keys(wire.data)) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      }),
    );
  });
});

const session = {
  sessionId: '7-3',
  taskId: '7',
  taskCode: '压机-1',
  configVersion: 4,
  startedAt: '2024-11-05T08:15:00.000Z',
  by: 'zhang',
};
const onA = { sessionId: '7-3', taskId: '7', collectorId: 'collector-a' };

describe('a log that was written', () => {
  it('in version 2 reads as these events for ever', () => {
    expect(fixture('session-events.v2.json').map(decodeSessionEvent).map(eventOf)).toEqual([
      {
        type: 'session.started',
        ...session,
        metadata: {
          order: 'A-17',
          shift_lead: { firstName: '伟', badge: 12 },
          tags: ['x', null, 1.5],
        },
      },
      { type: 'session.assigned', ...onA, configVersion: 3, reason: 'failover', refusals: 2 },
      {
        type: 'session.released',
        ...onA,
        epoch: 2,
        reason: 'recovery_disabled',
        detail: 'started with DISABLE_SESSION_RECOVERY',
        refusals: 0,
      },
      { type: 'session.paused', ...session, reason: '换模' },
      { type: 'session.resumed', ...session, reason: 'recover' },
      { type: 'session.stopped', ...session, reason: '' },
      { type: 'session.failed', ...session, by: 'supervisor', reason: 'Failed to start: no snapshot' },
      {
        type: 'session.failed',
        ...session,
        by: 'supervisor',
        needs: { labels: { site: 'hall-1' }, endpoints: ['10.0.0.5:502'] },
        reason: 'Failed to start: no answer',
        cause: 'passing',
        attempt: 1,
      },
      {
        type: 'session.resumed',
        ...session,
        by: 'supervisor',
        needs: { labels: { site: 'hall-1' }, endpoints: ['10.0.0.5:502'] },
        reason: 'restart',
        attempt: 2,
      },
    ]);
  });

  it('is kept here in every version that was ever written', () => {
    expect(sessionEventVersion).toBe(2);
  });
});

describe('a message that this release cannot read', () => {
  const sound = fixture('session-events.v2.json')[0] as { data: Record<string, unknown> };
  const withData = (data: Record<string, unknown>) => ({ ...sound, data: { ...sound.data, ...data } });

  it('of a newer version says so and asks for an upgrade', () => {
    expect(decodeSessionEvent(withData({ schema_version: 3 }))).toEqual({
      kind: 'unreadable',
      problem: 'session.started has schema version 3, this release reads 2: upgrade it',
    });
  });

  it('of an unknown type says which', () => {
    expect(decodeSessionEvent({ ...sound, type: 'session.archived' })).toEqual({
      kind: 'unreadable',
      problem: 'unknown event type session.archived',
    });
    // A name that every object has is no type.
    expect(decodeSessionEvent({ ...sound, type: 'constructor' }).kind).toBe('unreadable');
    expect(decodeSessionEvent({ ...sound, type: '__proto__' }).kind).toBe('unreadable');
  });

  it('of a version before the first release says so', () => {
    expect(decodeSessionEvent(withData({ schema_version: 1 }))).toEqual({
      kind: 'unreadable',
      problem: 'session.started has schema version 1, which no release wrote',
    });
  });

  it.each([0, -1, 1.5, '2', null, undefined])('with the version %s is not taken for another', (version) => {
    expect(decodeSessionEvent(withData({ schema_version: version }))).toMatchObject({ kind: 'unreadable' });
  });

  it.each(Object.keys(sound.data))('without data.%s names the field', (field) => {
    const { [field]: _, ...data } = sound.data;
    const decoded = decodeSessionEvent({ ...sound, data });
    expect(decoded).toMatchObject({ kind: 'unreadable', problem: expect.stringContaining(field) });
  });

  it.each(['specversion', 'id', 'source', 'type', 'time', 'subject', 'data'])(
    'without %s is no CloudEvent',
    (field) => {
      const { [field]: _, ...rest } = sound as Record<string, unknown>;
      expect(decodeSessionEvent(rest)).toMatchObject({
        kind: 'unreadable',
        problem: expect.stringMatching(/^not a CloudEvent: /),
      });
    },
  );

  it('whatever it is, is reported and never thrown', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.string(),
      fc.record({ ...Object.fromEntries(Object.keys(sound).map((key) => [key, fc.anything()])) }),
      fc
        .record({ data: fc.dictionary(fc.constantFrom(...Object.keys(sound.data)), fc.anything()) })
        .map(({ data }) => withData(data)),
    );
    fc.assert(
      fc.property(anything, (message) => {
        const decoded = decodeSessionEvent(message);
        if (decoded.kind === 'unreadable') expect(decoded.problem).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});

function eventOf(decoded: DecodedSessionEvent): unknown {
  return decoded.kind === 'unreadable' ? decoded.problem : decoded.event;
}
