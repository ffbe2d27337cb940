import type { CollectorsView, CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { RecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { AttentionCode } from '@holdfast/shared/domain/attention/session-attention.ts';
import { describe, expect, it } from 'vitest';
import { type PlantState, troublesOf } from './troubles.ts';

const nowMs = Date.parse('2026-01-01T08:00:00.000Z');
const ago = (minutes: number) => new Date(nowMs - minutes * 60_000).toISOString();

const session = (id: string, ...codes: AttentionCode[]) =>
  ({
    id,
    attention: codes.map((code) => ({ code, severity: 2, detail: '', since: ago(3) })),
  }) as unknown as SessionSummary;
const device = (code: string, of: string, condition: DeviceHealthView['condition']) =>
  ({ device: code, session_id: of, condition, since: ago(4), health: null }) as unknown as DeviceHealthView;
const collector = (id: string, changes: Partial<CollectorView> = {}): CollectorView => ({
  ...{ id, state: 'active', state_since: ago(60), started_at: ago(60), last_heartbeat_at: ago(0) },
  ...{ host: 'h', version: '1.0.0', capacity: 10, sessions: 0, devices: 0, planned_values_per_s: 0 },
  ...{ load: null, labels: {}, drivers: [], former_lives: [], ...changes },
});
const collectors = (...results: CollectorView[]): CollectorsView => ({
  ...{ as_of: ago(0), version: '1.0.0', results },
});
const nothing: PlantState = {
  ...{ sessions: [], devices: [], collectors: collectors(collector('c1')), sinks: undefined },
  ...{ quarantined: { messages: 0, since: null }, recovery: undefined, isBrokerAway: false, nowMs },
};
const codesOf = (state: Partial<PlantState>) =>
  troublesOf({ ...nothing, ...state }).map(({ severity, key }) => `${severity} ${key}`);

describe('what needs attention', () => {
  it('is nothing when all is well', () => {
    expect(codesOf({})).toEqual([]);
  });

  it('is an audit log whose oldest entries will go', () => {
    expect(codesOf({ auditShare: 0.79 })).toEqual([]);
    expect(codesOf({ auditShare: 0.8 })).toEqual(['2 audit']);
  });

  it('of devices is reported by each, unless all of a session are silent', () => {
    const sessions = [
      session('1-1', 'some_devices_failing', 'time_limit'),
      session('2-1', 'devices_failing'),
    ];
    const devices = [device('press', '1-1', 'failing'), device('oven', '2-1', 'failing')];
    expect(codesOf({ sessions, devices })).toEqual([
      '2 session 1-1 time_limit',
      '2 session 2-1 devices_failing',
      '2 device 1-1 press',
    ]);
    expect(codesOf({ sessions: sessions.slice(0, 1), devices: undefined })).toEqual([
      '2 session 1-1 some_devices_failing',
      '2 session 1-1 time_limit',
    ]);
  });

  it('of all devices of a session has the reason of one that stands for them', () => {
    const deviceOf = (code: string, status: string, refusal?: number) => ({
      ...device(code, '1-1', 'failing'),
      health: { status, ...(refusal && { last_exception: { code: refusal } }) },
    });
    const standsForAll = (total: number, ...devices: object[]) => {
      const of = { ...session('1-1', 'devices_failing'), devices: { total } } as unknown as SessionSummary;
      const state = { ...nothing, sessions: [of], devices: devices as DeviceHealthView[] };
      return troublesOf(state).map((each) => each.kind === 'session' && each.sharedDevice?.device);
    };
    expect(standsForAll(1, deviceOf('press', 'disconnected'))).toEqual(['press']);
    expect(standsForAll(2, deviceOf('a', 'error', 2), deviceOf('b', 'error', 2))).toEqual(['a']);
    expect(standsForAll(2, deviceOf('a', 'error', 2), deviceOf('b', 'error', 3))).toEqual([undefined]);
    expect(standsForAll(2, deviceOf('a', 'timeout'), deviceOf('b', 'disconnected'))).toEqual([undefined]);
    // The list of devices has no room for all of them.
    expect(standsForAll(2, deviceOf('a', 'timeout'))).toEqual([undefined]);
  });

  it('of devices is since their last good read, whatever happened to them afterwards', () => {
    const press = { ...device('press', '1-1', 'failing'), health: { last_success: ago(9) } };
    const devices = [press as DeviceHealthView];
    expect(troublesOf({ ...nothing, devices })).toMatchObject([{ kind: 'device', since: ago(9) }]);
  });

  it('of collectors is who was lost within a day, and worst of all that none is up', () => {
    const lostCollector = (id: string, minutes: number) =>
      collector(id, { state: 'lost', state_since: ago(minutes) });
    expect(codesOf({ collectors: collectors(lostCollector('c1', 5), lostCollector('c2', 1_500)) })).toEqual([
      '1 no_collector',
      '2 lost c1',
    ]);
    const busy = { values_per_s: 1, ticks_per_s: 2, cpu_share: 1, memory_bytes: 1, reported_at: ago(0) };
    const others = [
      collector('old', { version: '0.9.0' }),
      collector('slow', { load: { ...busy, late_share: 0.2 } }),
      collector('begun', { load: { ...busy, late_share: 0.2 }, started_at: ago(0.9) }),
      collector('idle', { load: { ...busy, ticks_per_s: 0.4, late_share: 1 } }),
      collector('told', { load: { ...busy, late_share: 0.2, reported_at: ago(1) } }),
      collector('full', { state: 'draining', state_since: ago(11), sessions: 2 }),
    ];
    expect(codesOf({ collectors: collectors(...others) }).sort()).toEqual([
      '3 late slow',
      '3 release old',
      '3 stuck full',
    ]);
  });

  it('of the whole comes before what it may be the cause of, however old', () => {
    const sinks = {
      ...{ status: 'no_writer', detail: '', writers: [], outboxes: [], collectors: [] },
      backlog: { messages: 5, seconds: 60, oldest: ago(90), share_of_stream: 0, warning: null },
    } as unknown as NonNullable<PlantState['sinks']>;
    const worst = {
      ...session('1-1', 'not_read'),
      attention: [{ code: 'not_read', severity: 1, detail: '', since: ago(3) }],
    };
    const sessions = [worst as unknown as SessionSummary];
    expect(codesOf({ sessions, sinks })).toEqual(['1 sink', '1 session 1-1 not_read']);
  });

  it('is not reported twice by the recovery check', () => {
    const recovery = {
      log_damage: [],
      missing_sessions: ['1-1', '2-1'],
      unexpected_sessions: [{ session_id: '3-1', detail: '' }],
    } as unknown as RecoveryView;
    expect(codesOf({ recovery, sessions: [session('1-1', 'not_read')] })).toEqual([
      '1 missing 2-1',
      '2 session 1-1 not_read',
      '2 unexpected 3-1',
    ]);
  });
});
