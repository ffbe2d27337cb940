import { setTimeout as sleep } from 'node:timers/promises';
import { sessionsPath } from '../support/over-rest.ts';
import type { Canary } from './canary.ts';
import type { ClusterWorld } from './world.ts';

/** How long a running session may be without a holder, between a start and its assignment. */
const placedWithinMs = 4_000;
/** A device is late when it has had no request for its period and this much longer. */
const lateMs = 1_000;
const lookAgainMs = 250;
/** Time without any problem that counts as steady. */
const staysMs = 4_000;

export interface Steadiness {
  /** When everything was in order and stayed so; undefined when that did not come in time. */
  readonly sinceMs: number | undefined;
  /** Everything that was wrong at the last look that found something. */
  readonly problems: readonly string[];
}

/** Waits until everything is in order and stays so. */
export async function untilSteady(
  world: ClusterWorld,
  canary: Canary,
  options: { fromMs: number; timeoutMs: number },
): Promise<Steadiness> {
  const unplacedSince = new Map<string, number>();
  let sinceMs: number | undefined;
  let problems: readonly string[] = ['nobody has looked yet'];
  for (;;) {
    const lookedAtMs = Date.now();
    const openProblems = await problemsOf(world, canary, unplacedSince, options.fromMs);
    if (openProblems.length > 0) problems = openProblems;
    sinceMs = openProblems.length > 0 ? undefined : (sinceMs ?? lookedAtMs);
    if (sinceMs !== undefined && lookedAtMs - sinceMs >= staysMs) return { sinceMs, problems };
    if (sinceMs === undefined && lookedAtMs - options.fromMs > options.timeoutMs)
      return { sinceMs: undefined, problems };
    await sleep(lookAgainMs);
  }
}

async function problemsOf(
  world: ClusterWorld,
  canary: Canary,
  unplacedSince: Map<string, number>,
  fromMs: number,
): Promise<string[]> {
  const [ready, sessions] = await Promise.all([
    Promise.all(world.services.map((service) => unreadiness(service.id, world.readyUrl(service)))),
    runningSessions(world),
  ]);
  const nowMs = Date.now();
  const problems = ready.filter((problem) => problem !== undefined);
  for (const { taskId, periodMs } of world.load.steady) {
    for (const device of world.devicesOf(taskId)) {
      const silentMs = nowMs - (world.devices.lastAtMs.get(device) ?? 0);
      if (silentMs > periodMs + lateMs) problems.push(`${device} was asked ${silentMs} ms ago`);
    }
  }
  if (sessions === undefined) problems.push('the API tells no sessions');
  else {
    const unplaced = sessions.filter(({ placement }) => placement?.state !== 'placed');
    for (const id of unplacedSince.keys())
      if (!unplaced.some((session) => session.id === id)) unplacedSince.delete(id);
    for (const { id } of unplaced) {
      const since = unplacedSince.get(id) ?? nowMs;
      unplacedSince.set(id, since);
      if (nowMs - since > placedWithinMs)
        problems.push(`session ${id} has had no holder for ${nowMs - since} ms`);
    }
  }
  const isTried = canary.sessions.some(
    ({ startedAtMs, readAfterMs }) => startedAtMs >= fromMs && readAfterMs !== undefined,
  );
  if (!isTried) problems.push('no session that was started since then is read');
  return problems;
}

interface ListedSession {
  readonly id: string;
  readonly placement: { readonly state: string } | null;
}

async function runningSessions({ rest, key }: ClusterWorld): Promise<readonly ListedSession[] | undefined> {
  try {
    const response = await fetch(`${rest.url}${sessionsPath}/?status=running&limit=100`, {
      headers: { authorization: `Bearer ${key.key}` },
      signal: AbortSignal.timeout(2_000),
    });
    if (!response.ok) return undefined;
    return ((await response.json()) as { results: ListedSession[] }).results;
  } catch {
    return undefined;
  }
}

async function unreadiness(name: string, url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return response.ok ? undefined : `${name} is not ready: ${await response.text()}`;
  } catch {
    return `${name} does not say whether it is ready`;
  }
}
