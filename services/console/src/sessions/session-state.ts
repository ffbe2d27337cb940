import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { PlainKey } from '../i18n/texts.ts';
import type { Severity } from '../parts/mark.tsx';

type SessionWithState = Pick<SessionSummary, 'status' | 'placement' | 'attention'>;

/** The word for what a session does. */
export function stateKey({ status, placement }: Pick<SessionSummary, 'status' | 'placement'>): PlainKey {
  if (status === 'running' && placement?.state === 'waiting') return 'state.waiting';
  if (status === 'running' && placement?.state === 'awaiting_recovery') return 'state.recovery';
  return `state.${status}`;
}

/** Undefined when no attention is needed. */
export function severityOf({ attention }: Pick<SessionWithState, 'attention'>): Severity | undefined {
  const worst = attention.map(({ severity }) => severity);
  return worst.length === 0 ? undefined : (Math.min(...worst) as Severity);
}

export function nameOf({ task_code, id }: Pick<SessionSummary, 'task_code' | 'id'>): string {
  return `${task_code} ${id}`;
}
