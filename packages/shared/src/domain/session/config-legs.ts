import type { SessionEvent } from './events.ts';
import type { RunningSession } from './state.ts';

/** A version of the configuration, and since when it is in force; it ends when the next one begins. */
export interface ConfigLeg {
  /** ms since 1970; the first one's is -Infinity, as the tick under way at the start counts. */
  readonly fromMs: number;
  readonly configVersion: number;
  /** Sequence of the event that brought it, where that is known. */
  readonly sequence?: number | undefined;
}

export interface TimedConfigEvent {
  readonly event: Pick<SessionEvent, 'type' | 'configVersion'> & { readonly effectiveAt?: string };
  /** ms since 1970 */
  readonly timeMs: number;
  readonly sequence?: number | undefined;
}

/**
 * The versions of one session, one after the other, from its lifecycle events, oldest first. At each time, the version
 * in force is that of the last event whose moment has come. Anything that happens to the session meanwhile brings
 * forward a change that is not in force yet: each event alone says which version the session has from then on.
 */
export function configLegs(events: Iterable<TimedConfigEvent>): ConfigLeg[] {
  const legs: ConfigLeg[] = [];
  let latestMs = Number.NEGATIVE_INFINITY;
  for (const { event, timeMs, sequence } of events) {
    // The clocks of two writers may differ; the log says what came first.
    latestMs = Math.max(latestMs, timeMs);
    const effectiveMs = event.effectiveAt === undefined ? latestMs : Date.parse(event.effectiveAt);
    const fromMs = legs.length === 0 ? Number.NEGATIVE_INFINITY : effectiveMs;
    while (legs.length > 0 && (legs.at(-1) as ConfigLeg).fromMs >= fromMs) legs.pop();
    const { configVersion } = event;
    if (legs.at(-1)?.configVersion !== configVersion) legs.push({ fromMs, configVersion, sequence });
  }
  return legs;
}

/** The version by which a tick scheduled for this time is read, or undefined while the session has no event. */
export function versionAt(legs: readonly ConfigLeg[], timeMs: number): number | undefined {
  return legs.findLast(({ fromMs }) => fromMs <= timeMs)?.configVersion;
}

/** The versions of a running session by its last event alone, for ticks scheduled from that event on. */
export function legsOfRunning({ session, change }: RunningSession): ConfigLeg[] {
  const first = Number.NEGATIVE_INFINITY;
  if (!change) return [{ fromMs: first, configVersion: session.configVersion }];
  const former = { fromMs: first, configVersion: change.from.configVersion };
  return [former, { fromMs: Date.parse(change.effectiveAt), configVersion: session.configVersion }];
}
