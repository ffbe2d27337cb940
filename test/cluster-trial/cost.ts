import type { DeviceRequest } from '../verify/history.ts';
import type { SentCommand } from '../world/sent-command.ts';
import type { Span, StartedSession } from './observations.ts';

/** The cost of a fault to those who use it, in ms. */
export interface Cost {
  /** The longest time beyond its period for which no one asked a device: one of the hurt part, or any other. */
  readonly unreadMs: { readonly hurt: number; readonly others: number };
  /** The longest time between the last request of a holder and the first of the next; undefined: nothing changed hands. */
  readonly handOverMs: number | undefined;
  /** The longest time until a command was answered as taken, and how much of it both log and cluster had leaders. */
  readonly refusedMs: number;
  readonly refusedWithLeaderMs: number;
  /** The same until the log had the command: its answer also waits for the read model. */
  readonly untakenWithLeaderMs: number;
  /** The longest time until a started session was shown as running, and until it was read. */
  readonly shownAfterMs: number | undefined;
  readonly readAfterMs: number | undefined;
  /** From the end of the fault until everything was in order and stayed so; undefined when it did not. */
  readonly steadyAfterMs: number | undefined;
  /** From the end of the fault until the database had all that was read before; undefined when it did not, or had no bound. */
  readonly storedAfterMs: number | undefined;
}

export interface CostSources {
  readonly window: Span;
  readonly healedAtMs: number;
  readonly steadyAtMs: number | undefined;
  readonly storedAfterMs: number | undefined;
  /** Devices of sessions that run all the while, with their periods. */
  readonly periodsMs: ReadonlyMap<string, number>;
  /** Holders that were hurt. */
  readonly hurt: ReadonlySet<string>;
  readonly requests: readonly DeviceRequest[];
  readonly commands: readonly SentCommand[];
  /** When the log took the event of a command, by the command's id; others were answered at once or not taken. */
  readonly storedAtMs: ReadonlyMap<string, number>;
  readonly sessions: readonly StartedSession[];
  readonly led: readonly Span[];
}

export function costOf(sources: CostSources): Cost {
  const { window, steadyAtMs, healedAtMs } = sources;
  const unread = { hurt: 0, others: 0 };
  let handOverMs: number | undefined;
  const byDevice = Map.groupBy(
    sources.requests.filter(({ device }) => sources.periodsMs.has(device)),
    ({ device }) => device,
  );
  for (const [device, periodMs] of sources.periodsMs) {
    const requests = byDevice.get(device) ?? [];
    const holder = requests.findLast(({ atMs }) => atMs <= window.fromMs)?.collector;
    const part = holder !== undefined && sources.hurt.has(holder) ? 'hurt' : 'others';
    for (const { fromMs, toMs, isHandOver } of pauses(requests, window)) {
      unread[part] = Math.max(unread[part], toMs - fromMs - periodMs);
      if (isHandOver) handOverMs = Math.max(handOverMs ?? 0, toMs - fromMs);
    }
  }
  const takenAtMs = (command: SentCommand) => sources.storedAtMs.get(command.id) ?? answeredAsTaken(command);
  const refused = longestRefusal(sources.commands, window, answeredAsTaken);
  const untaken = longestRefusal(sources.commands, window, takenAtMs);
  const withLeader = (span: Span) => sources.led.reduce((sum, led) => sum + overlap(led, span), 0);
  const started = sources.sessions.filter(({ startedAtMs }) => isIn(startedAtMs, window));
  return {
    unreadMs: unread,
    handOverMs,
    refusedMs: lengthOf(refused),
    refusedWithLeaderMs: withLeader(refused),
    untakenWithLeaderMs: withLeader(untaken),
    shownAfterMs: longest(started.map(({ shownAfterMs }) => shownAfterMs)),
    readAfterMs: longest(started.map(({ readAfterMs }) => readAfterMs)),
    steadyAfterMs: steadyAtMs === undefined ? undefined : Math.max(0, steadyAtMs - healedAtMs),
    storedAfterMs: sources.storedAfterMs,
  };
}

/** The pauses between requests that reach into the window, whose end counts as a request. */
function* pauses(
  requests: readonly DeviceRequest[],
  window: Span,
): Generator<Span & { readonly isHandOver: boolean }> {
  let before: DeviceRequest | undefined;
  for (const request of requests) {
    if (request.atMs > window.toMs) break;
    if (before && request.atMs > window.fromMs) {
      yield { fromMs: before.atMs, toMs: request.atMs, isHandOver: before.collector !== request.collector };
    }
    before = request;
  }
  yield { fromMs: before?.atMs ?? window.fromMs, toMs: window.toMs, isHandOver: false };
}

/** The longest time from sending a command that was not taken until one that was sent since then was taken. */
function longestRefusal(
  commands: readonly SentCommand[],
  window: Span,
  takenAtMs: (command: SentCommand) => number | undefined,
): Span {
  const sent = commands
    .filter(({ sentAtMs, status }) => status !== 'left' && isIn(sentAtMs, window))
    .map((command) => ({ sentAtMs: command.sentAtMs, takenAtMs: takenAtMs(command) }));
  const refusals = sent
    .filter((command) => command.takenAtMs === undefined)
    .map(({ sentAtMs: fromMs }) => {
      const since = sent.filter(({ sentAtMs }) => sentAtMs >= fromMs);
      const times = since.flatMap((command) => command.takenAtMs ?? []);
      return { fromMs, toMs: Math.min(window.toMs, ...times) };
    });
  return refusals.reduce((longest, refusal) => (lengthOf(refusal) > lengthOf(longest) ? refusal : longest), {
    fromMs: window.fromMs,
    toMs: window.fromMs,
  });
}

/** A command that is refused for what it asks (409) was decided on the log as it is. */
function answeredAsTaken({ status, answeredAtMs }: SentCommand): number | undefined {
  return typeof status === 'number' && status < 500 ? answeredAtMs : undefined;
}

function lengthOf({ fromMs, toMs }: Span): number {
  return toMs - fromMs;
}

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs));
}

function longest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce(
    (max: number | undefined, time) => Math.max(max ?? 0, time ?? Number.POSITIVE_INFINITY),
    undefined,
  );
}

function isIn(atMs: number, { fromMs, toMs }: Span): boolean {
  return atMs >= fromMs && atMs <= toMs;
}
