import { setTimeout as sleep } from 'node:timers/promises';
import { sessionsPath } from '../support/over-rest.ts';
import type { AnsweredCommand } from '../verify/history.ts';
import type { Random } from './random.ts';
import { sendAndReset } from './send-and-reset.ts';
import type { SentCommand } from './sent-command.ts';
import type { TestWorld } from './world.ts';

export interface Clients {
  /** Every command that was answered or given up, in this order. */
  readonly commands: readonly SentCommand[];
  /** Takes no new action and waits for the answers that are still out. */
  stop(): Promise<void>;
}

type Commanded = Pick<TestWorld, 'rest' | 'key' | 'load'>;

interface SessionState {
  sessionId: string | undefined;
  status: 'none' | 'running' | 'paused';
}

const answerTimeoutMs = 20_000;
/** The longest is longer than the time for which a session has no holder during a takeover. */
const changedPeriodsMs = [200, 250, 400, 500, 1_000];

/**
 * Operators who start, stop, pause and resume sessions all the while, also two at once on one task, and write down
 * what they were answered; some do not wait for it. Each command's id is sent as the operator's name, so that it stands in the event.
 */
export function startClients(
  world: Commanded,
  options: {
    random: Random;
    clients: number;
    /** Between two commands of one client; asked before each. */
    pauseMs?: () => readonly [number, number];
    answerTimeoutMs?: () => number;
    /** Whether an engineer changes what tasks read every 5 to 20 s, and applies it to their sessions. */
    hasEngineer?: boolean;
  },
): { clients: Clients; started: Promise<void> } {
  const { random, pauseMs = () => [400, 2_500] } = options;
  const { rest, key, load } = world;
  const busy = load.busy.map(({ taskId }) => taskId);
  const all = [...load.steady, ...load.busy];
  const timeoutMs = options.answerTimeoutMs ?? (() => answerTimeoutMs);
  const commands: SentCommand[] = [];
  const tasks = new Map<string, SessionState>();
  const stopping = new AbortController();
  let sent = 0;

  const send = async (
    command: AnsweredCommand['command'],
    taskId: string,
    sessionId?: string,
    leavesAfterMs?: number,
  ): Promise<AnsweredCommand> => {
    sent += 1;
    const answered = await sendCommand(world, {
      ...{ operator: `client-${sent}`, command, taskId, sessionId, leavesAfterMs },
      timeoutMs: timeoutMs(),
    });
    commands.push(answered);
    learn(tasks, answered);
    return answered;
  };

  const act = async (mine: Random, taskId: string): Promise<void> => {
    const { sessionId, status } = tasks.get(taskId) ?? { sessionId: undefined, status: 'none' };
    if (sessionId === undefined || (status === 'none' && mine.chance(0.85))) {
      // Two operators press start at the same moment; one session may come of it.
      const both = mine.chance(0.4)
        ? [send('start', taskId), send('start', taskId)]
        : [send('start', taskId)];
      await Promise.all(both);
      return;
    }
    // Only for a known session: one whose start was not answered would be left to itself.
    if (mine.chance(0.1)) {
      await send(mine.pick(['stop', 'pause', 'resume']), taskId, sessionId, mine.integer(0, 20));
      return;
    }
    const opposite = status === 'paused' ? 'resume' : 'pause';
    switch (mine.pick(['both', 'stop', 'stop', 'start', opposite, opposite, opposite] as const)) {
      case 'both':
        await Promise.all([send('stop', taskId, sessionId), send(opposite, taskId, sessionId)]);
        return;
      case 'stop':
        await send('stop', taskId, sessionId);
        return;
      case 'start':
        // Refused while the session is active.
        await send('start', taskId);
        return;
      default:
        await send(opposite, taskId, sessionId);
    }
  };

  const run = async (mine: Random): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sleep(mine.integer(...pauseMs()), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await act(mine, mine.pick(busy));
    }
  };

  const change = (path: string, body: object): Promise<unknown> =>
    fetch(`${rest.url}/api/config/${path}`, {
      method: 'PATCH',
      headers: {
        'content-type': 'application/json',
        ...(key && { authorization: `Bearer ${key.key}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs()),
    }).catch(() => undefined);

  const reconfigure = async (mine: Random): Promise<void> => {
    for (let round = 1; !stopping.signal.aborted; round += 1) {
      await sleep(mine.integer(5_000, 20_000), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const { taskId, deviceIds: ids } = mine.pick(all);
      // Takes a device away or gives it back; or sets another period for all; or changes one device so that its reading starts over.
      const isFewer = busy.includes(taskId) && ids.length > 1 && mine.chance(0.4);
      if (isFewer) await change(`tasks/${taskId}/`, { device_ids: mine.chance(0.5) ? ids.slice(1) : ids });
      else if (mine.chance(0.5)) await change(`tasks/${taskId}/`, { period_ms: mine.pick(changedPeriodsMs) });
      else await change(`devices/${mine.pick(ids)}/`, { name: `round ${round}` });
      const { sessionId } = tasks.get(taskId) ?? {};
      if (sessionId !== undefined) await send('reconfigure', taskId, sessionId);
    }
  };

  /** Readers that leave before they are answered. */
  const readHastily = async (mine: Random): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sleep(mine.integer(50, 300), undefined, { signal: stopping.signal }).catch(() => undefined);
      await sendAndReset(`${rest.url}${sessionsPath}/`, { method: 'GET', afterMs: mine.integer(0, 20) });
    }
  };

  const started = (async () => {
    for (const { taskId } of all) {
      const { answer } = await send('start', taskId);
      if (answer !== 'success')
        throw new Error(`task ${taskId} could not be started before the faults began`);
    }
  })();
  const loops = started.then(() =>
    Promise.all([
      ...Array.from({ length: options.clients }, () => run(random.fork())),
      readHastily(random.fork()),
      ...(options.hasEngineer ? [reconfigure(random.fork())] : []),
    ]),
  );
  loops.catch(() => undefined);
  return {
    started,
    clients: {
      commands,
      stop: async () => {
        stopping.abort();
        await loops;
      },
    },
  };
}

/** Sends a command under this operator's name, by which its event is found. */
export async function sendCommand(
  { rest, key }: Pick<TestWorld, 'rest' | 'key'>,
  {
    operator,
    command,
    taskId,
    sessionId,
    ...how
  }: Pick<AnsweredCommand, 'command' | 'taskId' | 'sessionId'> & {
    readonly operator: string;
    readonly timeoutMs: number;
    readonly leavesAfterMs?: number | undefined;
  },
): Promise<SentCommand> {
  const path = command === 'start' ? 'start-task' : `${sessionId}/${command}`;
  const body = command === 'start' ? { task_id: Number(taskId) } : { reason: operator };
  const sentAtMs = Date.now();
  const { answer, status, started } = await ask(`${rest.url}${sessionsPath}/${path}/`, {
    ...{ operator, body, key: key?.key },
    ...how,
  });
  return {
    id: key === undefined ? operator : `${key.name}/${operator}`,
    ...{ command, taskId, answer, status, sentAtMs, answeredAtMs: Date.now() },
    sessionId: command === 'start' ? started : sessionId,
  };
}

async function ask(
  url: string,
  options: {
    operator: string;
    body: unknown;
    timeoutMs: number;
    key: string | undefined;
    leavesAfterMs?: number | undefined;
  },
): Promise<Pick<SentCommand, 'answer' | 'status'> & { started?: string }> {
  const { operator, body, timeoutMs, key, leavesAfterMs } = options;
  const headers = {
    'content-type': 'application/json',
    'x-operator': operator,
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  if (leavesAfterMs !== undefined) {
    await sendAndReset(url, { method: 'POST', headers, body, afterMs: leavesAfterMs });
    return { answer: 'unknown', status: 'left' };
  }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status } = response;
    const answered = (await response.json()) as { session_id?: string; code?: string };
    if (response.ok) {
      return {
        answer: 'success',
        status,
        ...(answered.session_id === undefined ? {} : { started: answered.session_id }),
      };
    }
    // Every other problem says of itself that nothing was changed.
    const isUnknown = status === 500 || answered.code === 'outcome_unknown';
    return { answer: isUnknown ? 'unknown' : 'not_stored', status };
  } catch {
    return { answer: 'unknown', status: undefined };
  }
}

function learn(
  tasks: Map<string, SessionState>,
  { command, taskId, sessionId, answer }: AnsweredCommand,
): void {
  // A change leaves a session running or paused, as it was.
  if (answer !== 'success' || command === 'reconfigure') return;
  const before = tasks.get(taskId)?.sessionId;
  // An answer about an earlier session may come late.
  if (command !== 'start' && before !== undefined && before !== sessionId) return;
  const status = {
    start: 'running',
    resume: 'running',
    recover: 'running',
    pause: 'paused',
    stop: 'none',
  } as const;
  tasks.set(taskId, { sessionId, status: status[command] });
}
