import type { Problem } from '@holdfast/shared/contracts/http/problem.ts';
import { type PlainText, say } from '../words/say.ts';
import { plainText } from './plain-text.ts';

const advice: Readonly<Record<number, PlainText>> = {
  401: 'log_in_holdfast_login_a_program',
  403: 'use_a_key_with_a_higher',
  404: 'the_list_commands_show_what_there',
  429: 'wait_a_little_and_ask_less',
  500: 'this_is_a_fault',
  503: 'nothing_is_lost_try_again',
};
/** Advice for codes whose status says too little. Details of conflicts say what to do, but not with this program. */
const adviceOnCode: Readonly<Record<string, PlainText>> = {
  session_not_found: 'a_session_is_named',
  task_not_found: 'the_list_holdfast_tasks_list',
  device_not_found: 'the_list_holdfast_devices_list',
  point_not_found: 'the_list_holdfast_points_list',
  collector_not_found: 'the_list_holdfast_collectors_list',
  quarantined_message_not_found: 'the_list_holdfast_quarantine_list',
  precondition_failed: 'look_at_how_things_are_now',
  last_collector: 'by_force_force',
  devices_not_readable: 'start_it_all_the_same',
  point_not_writable: 'holdfast_export_shows_the_configuration',
  device_without_points: 'holdfast_import_brings_in_points',
  task_without_points: 'holdfast_import_brings_in_points',
  task_without_devices: 'holdfast_import_changes_tasks',
  task_disabled: 'holdfast_import_changes_tasks_holdfast',
  key_not_found: 'the_list_holdfast_keys_list',
  link_not_valid: 'an_administrator_makes_a_new_link',
  user_not_found: 'those_there_are_holdfast_users_list',
  user_disabled: 'to_let_the_person_in_again',
  last_administrator: 'another_one_holdfast_users_create_user',
  site_not_granted: 'an_administrator_makes_keys_for_more',
  key_not_from_here: 'an_administrator_makes_keys_for_other',
  fresh_authentication_needed: 'log_in_once_more_and_repeat',
  login_code_unknown: 'begin_again_holdfast_login',
  no_keys_yet: 'on_the_machine_of_the_api',
};
/** Details in the words of this program, where the API's own name fields of its requests. */
const detailOnCode: Readonly<Record<string, PlainText>> = {
  key_needed: 'the_api_does_nothing_without',
  login_needed: 'the_api_does_nothing_without',
  login_over: 'it_was_ended',
  key_not_valid: 'what_holdfast_api_key_file_or_holdfast_api_key',
  no_keys_yet: 'the_first_key_is_made_there',
  first_key_must_be_administrator: 'as_soon_as_there',
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
    `${plainText(title || say('refused'))} (${[code, status].filter(Boolean).join(', ')})`,
    detail && plainText(detail),
    ...faults.slice(0, errorsShown),
    faults.length > errorsShown && say('and_more_faults', { more: faults.length - errorsShown }),
    instance && status >= 500 && say('request', { number: plainText(String(instance)) }),
    retryAfter ? say('try_again_in_s', { seconds: plainText(retryAfter) }) : adviceOn(code, status),
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
