import { isDeepStrictEqual } from 'node:util';
import type { Driver, UnreadValue } from '@holdfast/driver/driver.ts';
import type { Group } from '@holdfast/driver/requests.ts';
import type { DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { LearnedLimits } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { DeviceRecord } from '../polling/device-record.ts';
import { DuePoints } from '../polling/due-points.ts';
import { type Endpoint, NotPermitted } from '../polling/endpoint.ts';
import { EndpointBreakers } from '../polling/endpoint-breakers.ts';
import { LackingPoints } from '../polling/lacking-points.ts';
import { PointSet } from '../polling/point-sets.ts';
import { pollableDevice } from '../polling/pollable-device.ts';
import { SteadyClock } from '../polling/steady-clock.ts';
import { TickReader, type TickReaderOptions } from '../polling/tick-reader.ts';
import { ReportFilter } from '../samples/report-filter.ts';
import { type Unread, unreadValue } from './read-point.ts';
import { RequestsOfReading } from './requests-of-reading.ts';

export interface ReadDeviceOptions {
  readonly device: DeviceConfig;
  readonly driver: Driver;
  readonly learnedLimits: LearnedLimits | undefined;
  readonly withinMs: number;
  readonly endpoint: Endpoint;
  readonly leaseRemainingMs: () => number;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** A session pauses a device after so many silent ticks in a row. Here, a block that failed so often is given up. */
const mostTries = 3;
/** Pause before failed blocks are requested again, as a session would do at its next tick. */
const retryPauseMs = 1_000;
/** Nothing is asked when less time is left. */
const leastMs = 10;
/** Any period would do: every point is read in every round. */
const periodMs = 1_000;

/**
 * Reads every point once, as a session would in its first ticks: with the same requests, the same search for refused
 * points, the same patience with a block that gets no answer and with a busy device. Each round is a tick for the
 * points still missing. It begins with a point that was already read, to distinguish a silent block from a silent
 * device.
 */
export async function readDevice(
  options: ReadDeviceOptions,
): Promise<Extract<DeviceReply, { kind: 'read' }>> {
  const { withinMs, leaseRemainingMs, clock, timers } = options;
  // All points are due at once, however seldom they are read, and all are reported, whatever was sent last.
  const points = options.device.points.map((point) => ({
    ...point,
    period_ms: undefined,
    report: undefined,
  }));
  const set = new PointSet(points);
  const device = pollableDevice({ ...options.device, points }, options.driver, set, {
    learned: options.learnedLimits,
  });
  const { list } = set;
  const { plan } = device;
  const deadlineMs = clock.monotonicMs() + withinMs;
  const leftMs = () => deadlineMs - clock.monotonicMs();
  const isOver = () => leftMs() < leastMs;
  const requests = new RequestsOfReading({ device, list, nowMs: () => clock.monotonicMs(), leftMs });
  let open: readonly Group[] = [];
  const codesOf = ({ values }: Group) => values.map((at) => requests.codeOf(at));
  const tries = (group: Group) => Math.max(...codesOf(group).map((code) => requests.failuresOf(code)));
  const unread = () => plan.groups(set.all, clock.wallMs()).missing;
  // A session asks a device that refuses everything again at each tick; here once is enough to know.
  const isOpen = (group: Group) => {
    const refused = new Set(unread().map(({ at }) => at));
    return (
      group.values.some((at) => {
        const code = requests.codeOf(at);
        return !refused.has(at) && !requests.pointsByCode.has(code) && !requests.settled.has(code);
      }) && !(requests.hasAnswered && tries(group) >= mostTries)
    );
  };
  const readerOptions: TickReaderOptions = {
    device,
    due: new DuePoints(set, periodMs),
    phaseMs: 0,
    filter: new ReportFilter([]),
    keys: set.keys,
    lacking: new LackingPoints(set, periodMs),
    record: new DeviceRecord(),
    endpoint: watched(options.endpoint, requests),
    // A set of its own that never opens: the findings of a test must not affect the sessions.
    breakers: new EndpointBreakers({ firstMs: 0, maxMs: 0 }, () => 0),
    silent: {
      toAsk: (groups) => {
        open = groups.filter(isOpen).sort((one, other) => tries(one) - tries(other));
        const { placeRead } = requests;
        if (!requests.hasAnswered) open = fromElsewhere(open, round);
        if (open.length === 0 || placeRead === undefined) return open;
        const again = plan.groups([list.pointOf(placeRead)], clock.wallMs()).groups;
        return [...again.filter(({ values }) => values.includes(placeRead)), ...open];
      },
      answered: () => undefined,
      timedOut: (group) => {
        for (const code of codesOf(group)) {
          const why = requests.failed.get(code);
          if (why) requests.settled.set(code, why);
        }
      },
      beginWithAnother: () => undefined,
    },
    clock: new SteadyClock(clock),
    timers,
    permission: () => leaseRemainingMs() > 0 && !isOver(),
    observer: undefined,
  };
  let round = 1;
  let reader = new TickReader(readerOptions);
  const cancelDeadline = timers.after(withinMs, () => reader.stop());
  const readAll = async (): Promise<Unread | undefined> => {
    for (; ; round += 1) {
      requests.beginRound();
      const before = requests.knownCount;
      await reader.read(() => round, readerOptions.clock.nowMs());
      if (open.length === 0) return undefined;
      if (!requests.hasAnswered && round >= mostTries) return silent(requests);
      const isFresh = open.some((group) => isOpen(group) && tries(group) === 0);
      if (!isFresh && requests.knownCount === before) {
        await pause(timers, Math.min(retryPauseMs, Math.max(0, leftMs())));
      }
      if (isOver()) throw new NotPermitted(collectorText('time_over'));
      reader = new TickReader(readerOptions);
    }
  };
  let givenUp: Unread | undefined;
  try {
    givenUp = await readAll();
  } catch (error) {
    if (!(error instanceof NotPermitted)) throw error;
    const time =
      requests.reports.length > 0 ? collectorText('test_time_over') : collectorText('turn_did_not_come');
    givenUp = isOver() ? { detail: time, met_limit: 'test_time' } : { detail: collectorText('lease_lost') };
  } finally {
    cancelDeadline();
  }
  const why = reasons(new Map(unread().map((each) => [requests.codeOf(each.at), each])), requests, givenUp);
  return {
    kind: 'read',
    points: list.codes.map((code) => requests.pointsByCode.get(code) ?? unreadValue(code, why(code))),
    requests: requests.reports,
    given_up: givenUp,
  };
}

function watched(endpoint: Endpoint, requests: RequestsOfReading): TickReaderOptions['endpoint'] {
  return {
    turn: (asker, options, use) => endpoint.turn(asker, options, (link) => use(requests.over(link))),
    cancel: (asker) => endpoint.cancel(asker),
    closeWhenIdle: () => endpoint.closeWhenIdle(),
  };
}

/**
 * Orders the groups of a round. While nothing was answered, each round begins far from the earlier ones, perhaps in
 * another table: silent registers are often next to each other.
 */
function fromElsewhere(groups: readonly Group[], round: number): readonly Group[] {
  const untried = Math.max(1, groups.length - round + 1);
  const at = [0, untried - 1, Math.floor(untried / 2)][round - 1] ?? 0;
  return [...groups.slice(at, at + 1), ...groups.slice(0, at), ...groups.slice(at + 1)];
}

function silent({ failed }: RequestsOfReading): Unread {
  const last = [...failed.values()].at(-1);
  return {
    detail: collectorText('after_tries', {
      why: last?.detail ?? collectorText('no_answer'),
      count: mostTries,
    }),
    met_limit: last?.met_limit,
  };
}

function reasons(
  unread: ReadonlyMap<string, UnreadValue>,
  requests: RequestsOfReading,
  givenUp: Unread | undefined,
): (code: string) => Unread {
  return (code) => {
    const unplanned = unread.get(code);
    if (unplanned) return { detail: unplanned.explanation, met_limit: unplanned.limit };
    const last = requests.failed.get(code);
    if (last?.met_limit === 'test_time')
      return { ...last, detail: collectorText('not_read_because', { why: last.detail }) };
    if (last && (!givenUp || requests.settled.has(code))) {
      const tries = requests.failuresOf(code);
      if (last.met_limit === 'device_timeout') {
        return { ...last, detail: collectorText('though_it_answers_others', { why: last.detail }) };
      }
      return {
        ...last,
        detail: tries > 1 ? collectorText('after_tries', { why: last.detail, count: tries }) : last.detail,
      };
    }
    if (!givenUp) return { detail: collectorText('not_asked') };
    const why = givenUp.detail;
    if (!last || isAbout(why, last.detail))
      return { ...givenUp, detail: collectorText('not_read_because', { why }) };
    return { ...givenUp, detail: collectorText('not_read_before_that', { why, before: last.detail }) };
  };
}

/** Whether a text says another one, perhaps with more about it. */
function isAbout(text: Text, other: Text): boolean {
  if (isDeepStrictEqual(text, other)) return true;
  const why = text.params?.why;
  return typeof why === 'object' && 'code' in why && isAbout(why, other);
}
