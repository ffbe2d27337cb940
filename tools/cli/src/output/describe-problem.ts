import type { Problem } from '@holdfast/shared/contracts/http/problem.ts';
import { type PlainText, say } from '../words/say.ts';
import { plainText } from './plain-text.ts';

const advice: Readonly<Record<number, PlainText>> = {
  401: 'Log in: holdfast login. A program needs a key: HOLDFAST_API_KEY_FILE names a file that holds one.',
  403: 'Use a key with a higher role: viewer < operator < engineer < administrator.',
  404: 'The list commands show what there is.',
  429: 'Wait a little, and ask less often.',
  500: 'This is a fault of the service; its log has the request under the number above.',
  503: 'Nothing is lost. Try again when the dependency is back; /health/ready of the API names it.',
};
/** Advice for codes whose status says too little. Details of conflicts say what to do, but not with this program. */
const adviceOnCode: Readonly<Record<string, PlainText>> = {
  session_not_found: 'A session is named by its task and run, as 7-3: holdfast sessions list',
  task_not_found: 'The list: holdfast tasks list',
  device_not_found: 'The list: holdfast devices list',
  point_not_found: 'The list: holdfast points list',
  collector_not_found: 'The list: holdfast collectors list',
  quarantined_message_not_found: 'The list: holdfast quarantine list',
  precondition_failed: 'Look at how things are now (show) and decide again.',
  last_collector: 'By force: --force.',
  devices_not_readable: 'Start it all the same with --validate warn or --validate skip.',
  point_not_writable:
    'holdfast export shows the configuration: put `writable: true` to the point, and bring it in again with holdfast import.',
  device_without_points: 'holdfast import brings in points; holdfast export shows the form.',
  task_without_points: 'holdfast import brings in points; holdfast export shows the form.',
  task_without_devices: 'holdfast import changes tasks and devices; holdfast export shows them.',
  task_disabled: 'holdfast import changes tasks: holdfast export shows them, with `enabled`.',
  key_not_found: 'The list: holdfast keys list',
  link_not_valid: 'An administrator makes a new link: holdfast users link USER',
  user_not_found: 'Those there are: holdfast users list',
  user_disabled: 'To let the person in again: holdfast users enable USER',
  last_administrator: 'Another one: holdfast users create USER --role administrator',
  site_not_granted:
    'An administrator makes keys for more sites: holdfast keys create NAME --role ROLE@SITE,SITE',
  key_not_from_here:
    'An administrator makes keys for other places: holdfast keys create NAME --role ROLE --network CIDR',
  fresh_authentication_needed: 'Log in once more, and repeat the command within five minutes: holdfast login',
  login_code_unknown: 'Begin again: holdfast login',
  no_keys_yet: 'On the machine of the API: holdfast keys create admin --role administrator',
};
/** Details in the words of this program, where the API's own name fields of its requests. */
const detailOnCode: Readonly<Record<string, PlainText>> = {
  key_needed: 'The API does nothing without a login or a key, and there is none.',
  login_needed: 'The API does nothing without a login or a key, and there is none.',
  login_over: 'It was ended, or it was not used for too long.',
  key_not_valid:
    'What HOLDFAST_API_KEY_FILE (or HOLDFAST_API_KEY) holds is no key of this installation, or not all of it.',
  no_keys_yet: 'The first key is made there, and then used everywhere.',
  first_key_must_be_administrator:
    'As soon as there is a key nobody gets in without one. Make one with --role administrator first, without --expires, sites and --network.',
};
const errorsShown = 20;

/** A problem document (RFC 9457) for people: what is wrong, why, where, and what to do. */
export function describeProblem(
  problem: Partial<Problem> & { readonly status: number },
  retryAfter: string | null,
): string {
  const { title, code, status, instance } = problem;
  const own = code === undefined ? undefined : detailOnCode[code];
  const detail = own === undefined ? problem.detail : say(own);
  const errors = Array.isArray(problem.errors) ? (problem.errors as unknown[]) : [];
  // Most problems have a single error in their detail; "see errors" only helps readers of the answer itself.
  const isTold = errors.length === 1 && detail?.includes(messageOf(errors[0]));
  const faults = isTold ? [] : errors.map(fault);
  const lines = [
    `${plainText(title || say('Refused'))} (${[code, status].filter(Boolean).join(', ')})`,
    detail && plainText(detail),
    ...faults.slice(0, errorsShown),
    faults.length > errorsShown && say('  … and {{more}} more', { more: faults.length - errorsShown }),
    instance && status >= 500 && say('Request {{number}}', { number: plainText(String(instance)) }),
    retryAfter
      ? say('Try again in {{seconds}} s.', { seconds: plainText(retryAfter) })
      : adviceOn(code, status),
  ];
  return lines.filter(Boolean).join('\n');
}

function adviceOn(code: string | undefined, status: number): string | undefined {
  const text = (code === undefined ? undefined : adviceOnCode[code]) ?? advice[status];
  return text && say(text);
}

function fault(error: unknown): string {
  const { path } = error as { path?: unknown };
  return plainText(`${path ? `${path}: ` : ''}${messageOf(error)}`).replace(/^/, '  - ');
}

function messageOf(error: unknown): string {
  return String((error as { message?: unknown }).message ?? '');
}
