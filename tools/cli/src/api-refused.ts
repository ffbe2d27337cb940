import { ApiRefusal, type NoAnswer } from '@holdfast/api-client/api-failures.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { describeProblem } from './output/describe-problem.ts';
import { say } from './words/say.ts';

/** The API answered with a problem. */
export class ApiRefused extends CliError {
  override readonly name = 'ApiRefused';
  readonly status: number;
  readonly code: string;
  readonly problem: ApiRefusal['problem'];

  constructor({ problem, retryAfter, code, status }: ApiRefusal) {
    super(describeProblem(problem, retryAfter), exitCodeOf(status, code));
    this.status = status;
    this.code = code;
    this.problem = problem;
  }
}

/** Turns a failed call into a message for people, with its exit code. */
export function asCliError(url: string): (failure: ApiRefusal | NoAnswer) => CliError {
  return (failure) => {
    if (failure instanceof ApiRefusal) return new ApiRefused(failure);
    const isInDoubt = failure.method !== 'GET' && failure.mayHaveArrived;
    const lines = [
      say('no_answer_from_the_api', { url, why: failure.message }),
      ...(isInDoubt ? [say('whether_it_was_done')] : []),
      say('is_it_running_holdfast_url_names_another'),
    ];
    return new CliError(lines.join('\n'), exitCodes.unreachable, { cause: failure });
  };
}

function exitCodeOf(status: number, code: string): number {
  // A definite answer, from the collector that asked the device.
  if (code === 'write_failed') return exitCodes.refused;
  if (status === 401 || status === 403) return exitCodes.notAllowed;
  if (status === 502 || status === 503 || status === 504) return exitCodes.unreachable;
  return exitCodes.refused;
}
