import { parseSessionSubject, subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { parseSessionId } from '@holdfast/shared/domain/session/session-id.ts';
import type { History, RecordedEvent, Violation } from '../history.ts';

interface Chain {
  state: 'none' | 'running' | 'paused' | 'failed' | 'over';
  sessionId: string;
  run: number;
  /** Sequence of the last `session.assigned`, by session. */
  readonly assigned: Map<string, number>;
  readonly started: Set<string>;
  /** Sessions whose soft time limit was reported. */
  readonly warned: Set<string>;
}

/**
 * I2, by a table of its own and not by the product's `decide`: the events of a task form one legal chain, and
 * no session begins while another is active.
 */
export function legalChain({ events }: Pick<History, 'events'>): Violation[] {
  const violations: Violation[] = [];
  const chains = new Map<string, Chain>();
  const ids = new Map<string, number>();
  for (const recorded of events) {
    if (recorded.subject === subjects.restored) continue;
    const taskId = parseSessionSubject(recorded.subject)?.taskId ?? recorded.subject;
    const report = (what: string) => {
      violations.push({ invariant: 'I2', subject: taskId, what: `sequence ${recorded.sequence}: ${what}` });
    };
    const { decoded } = recorded;
    if (decoded.kind === 'unreadable') {
      report(`cannot be read: ${decoded.problem}`);
      continue;
    }
    const before = ids.get(decoded.metadata.id);
    if (before !== undefined) report(`has the id of sequence ${before}`);
    ids.set(decoded.metadata.id, recorded.sequence);
    if (decoded.event.taskId !== taskId) report(`names task ${decoded.event.taskId}`);
    const chain = chains.get(taskId) ?? newChain();
    chains.set(taskId, chain);
    if (decoded.kind === 'lifecycle') follow(chain, decoded.event, report);
    else if (decoded.kind === 'warning') warn(chain, decoded.event.sessionId, report);
    else place(chain, recorded, report);
  }
  return violations;
}

function newChain(): Chain {
  return { state: 'none', sessionId: '', run: 0, assigned: new Map(), started: new Set(), warned: new Set() };
}

function follow(chain: Chain, event: SessionEvent, report: (what: string) => void): void {
  const isActive = chain.state === 'running' || chain.state === 'paused';
  if (event.type === 'session.started') {
    if (isActive) report(`${event.sessionId} is started while ${chain.sessionId} is ${chain.state}`);
    const run = parseSessionId(event.sessionId)?.run ?? Number.NaN;
    if (run !== chain.run + 1) report(`${event.sessionId} is started after run ${chain.run}`);
    chain.state = 'running';
    chain.sessionId = event.sessionId;
    chain.run = run;
    chain.started.add(event.sessionId);
    return;
  }
  if (event.sessionId !== chain.sessionId) {
    report(`${event.type} of ${event.sessionId}, but the task's session is ${chain.sessionId || 'none'}`);
    return;
  }
  const next = nextState(chain.state, event);
  if (next === undefined) report(`${event.type} of ${event.sessionId}, which is ${chain.state}`);
  else chain.state = next;
}

function nextState(state: Chain['state'], event: SessionEvent): Chain['state'] | undefined {
  switch (event.type) {
    case 'session.paused':
      return state === 'running' ? 'paused' : undefined;
    case 'session.resumed':
      if (event.reason === 'resume') return state === 'paused' ? 'running' : undefined;
      return state === 'running' || state === 'failed' ? 'running' : undefined;
    case 'session.reconfigured':
      return state === event.status ? state : undefined;
    case 'session.stopped':
      return state === 'running' || state === 'paused' || state === 'failed' ? 'over' : undefined;
    case 'session.failed':
      return state === 'running' ? 'failed' : undefined;
    case 'session.started':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Warnings too, so one may cross a stop; there is one for a session. */
function warn({ started, warned }: Chain, sessionId: string, report: (what: string) => void): void {
  if (!started.has(sessionId)) report(`${sessionId} is warned of, which never started`);
  if (warned.has(sessionId)) report(`${sessionId} is warned of twice`);
  warned.add(sessionId);
}

/** Placements have a subject of their own, so one may cross a stop; it must belong to a session that exists. */
function place(chain: Chain, { decoded, sequence }: RecordedEvent, report: (what: string) => void): void {
  if (decoded.kind !== 'placement') return;
  const { event } = decoded;
  if (!chain.started.has(event.sessionId)) report(`${event.type} of ${event.sessionId}, which never started`);
  if (event.type === 'session.assigned') {
    chain.assigned.set(event.sessionId, sequence);
    return;
  }
  const epoch = chain.assigned.get(event.sessionId);
  if (epoch !== event.epoch)
    report(`${event.sessionId} released with epoch ${event.epoch}, not ${epoch ?? 'any'}`);
}
