import type { Problem } from '@holdfast/shared/contracts/http/problem.ts';
import { plainText } from './plain-text.ts';

const advice: Readonly<Record<number, string>> = {
  401: 'Put a key into the environment: HOLDFAST_API_KEY_FILE names a file that holds one. An admin makes keys: holdfast keys create NAME --role viewer',
  403: 'Use a key with a higher role: viewer < operator < engineer < admin.',
  404: 'The list commands show what there is.',
  429: 'Wait a little, and ask less often.',
  500: 'This is a fault of the service; its log has the request under the number above.',
  503: 'Nothing is lost. Try again when the dependency is back; /health/ready of the API names it.',
};
/** Where a status says too little. Details of conflicts say themselves what to do. */
const adviceOnCode: Readonly<Record<string, string>> = {
  precondition_failed: 'Look at how things are now (show) and decide again.',
};
const errorsShown = 20;

/** A problem document (RFC 9457) for people: what, why, where, and what to do. */
export function describeProblem(
  problem: Partial<Problem> & { readonly status: number },
  retryAfter: string | null,
): string {
  const { title, detail, code, status, instance } = problem;
  const errors = Array.isArray(problem.errors) ? (problem.errors as unknown[]) : [];
  const faults = errors.length > 1 ? errors.map(fault) : [];
  const lines = [
    `${plainText(title || 'Refused')} (${[code, status].filter(Boolean).join(', ')})`,
    detail && plainText(detail),
    ...faults.slice(0, errorsShown),
    faults.length > errorsShown && `  … and ${faults.length - errorsShown} more`,
    instance && status >= 500 && `Request ${plainText(String(instance))}`,
    retryAfter
      ? `Try again in ${plainText(retryAfter)} s.`
      : ((code && adviceOnCode[code]) ?? advice[status]),
  ];
  return lines.filter(Boolean).join('\n');
}

function fault(error: unknown): string {
  const { path, message } = error as { path?: unknown; message?: unknown };
  return plainText(`${path ? `${path}: ` : ''}${message ?? ''}`).replace(/^/, '  - ');
}
