const notThere = [404, 'There is no such thing'] as const;
const taskUnfit = [422, 'This task cannot be started as it is configured'] as const;
const deviceUnfit = [422, 'This device cannot be read as it is configured'] as const;

/** The status and the title of each problem: a code has always the same. docs/api.md says what to do about it. */
export const problemCodes = {
  bad_request: [400, 'The request cannot be understood'],
  cookie_and_key: [400, 'This came with a login and a key'],
  invalid_json: [400, 'The body is not JSON'],

  key_expired: [401, 'This key has expired'],
  key_needed: [401, 'A key is needed'],
  key_not_valid: [401, 'This key is none of this installation'],
  key_revoked: [401, 'This key was revoked'],
  login_failed: [401, 'Nobody was logged in'],
  login_needed: [401, 'A login is needed'],
  login_over: [401, 'This login is over'],

  fresh_authentication_needed: [403, 'Show once more who you are'],
  login_over_http_refused: [403, 'Nobody logs in over plain HTTP from another machine'],
  origin_refused: [403, 'A web page elsewhere may not do this'],
  key_not_from_here: [403, 'This key may not be used from here'],
  no_keys_yet: [403, 'There is no key yet, so only this machine itself is served'],
  role_too_low: [403, 'The role of this key does not allow this'],
  site_not_granted: [403, 'The role of this key does not hold there'],

  collector_not_found: notThere,
  device_not_found: notThere,
  device_not_in_session: notThere,
  key_not_found: notThere,
  login_not_found: notThere,
  point_not_found: notThere,
  quarantined_message_not_found: notThere,
  route_not_found: [404, 'There is nothing at this path'],
  session_not_found: notThere,
  session_not_started_yet: notThere,
  site_not_found: notThere,
  task_not_found: notThere,

  method_not_allowed: [405, 'This path has no such method'],
  request_timeout: [408, 'The request did not arrive in time'],

  cannot_be_sent_again: [409, 'This message cannot be sent again'],
  collector_not_up: [409, 'The collector cannot be asked'],
  device_replaced: [409, 'What was learned belongs to another address'],
  duplicate_code: [409, 'This code is taken'],
  first_key_must_be_administrator: [409, 'The first key must be one of an administrator'],
  last_administrator_key: [409, 'This is the last key of an administrator that may be used from anywhere'],
  last_collector: [409, 'Nobody else can take its sessions'],
  log_unreadable: [409, "The task's last event cannot be read by this release"],
  nothing_learned: [409, 'No session has learned anything of this device'],
  place_taken: [409, 'Another device is there already'],
  point_not_writable: [409, 'This point is not marked writable'],
  session_ended: [409, 'The session is over'],
  session_paused: [409, 'The session is paused'],
  still_referenced: [409, 'Something still refers to it'],
  task_already_active: [409, 'The task already has an active session'],
  task_config_unreadable: [409, 'The configuration that the session runs on cannot be read'],
  time_limit_reached: [409, 'The time of the session is over'],
  write_refused: [409, 'Nothing was written'],

  precondition_failed: [412, 'It has been changed meanwhile'],
  body_too_large: [413, 'The body is too large'],
  path_too_long: [414, 'The path is too long'],
  unsupported_media_type: [415, 'This media type is not taken'],

  device_config_invalid: deviceUnfit,
  device_without_points: deviceUnfit,
  devices_not_readable: [422, 'The session was not started: its devices do not give all values'],
  history_query_refused: [422, 'The database of samples refuses this query'],
  idempotency_key_reused: [422, 'This Idempotency-Key was used for something else'],
  invalid_cursor: [422, 'This cursor is none of ours'],
  task_config_invalid: taskUnfit,
  task_disabled: taskUnfit,
  task_without_devices: taskUnfit,
  task_without_points: taskUnfit,
  too_many_periods: [422, 'That would be too many periods'],
  validation_failed: [422, 'The request does not have the right form'],

  precondition_required: [428, 'If-Match is needed'],
  login_delayed: [429, 'Wait before the next login'],
  too_many_requests: [429, 'Too many requests'],
  headers_too_large: [431, 'The headers are too large'],

  internal_error: [500, 'Something went wrong here'],
  write_failed: [502, 'The device did not take the value'],

  broker_unavailable: [503, 'The message broker cannot be used now'],
  database_unavailable: [503, 'The database cannot be used now'],
  logins_unavailable: [503, 'Logins cannot be looked up now'],
  password_login_unavailable: [503, 'Nobody can log in with a password here'],
  too_many_logins: [503, 'Too many log in at once'],
  log_behind_read_model: [503, 'The event log lacks events that were there'],
  no_collector: [503, 'No collector can ask this device'],
  outcome_unknown: [503, 'It is not known whether the command was stored'],
  sample_store_unavailable: [503, 'The database of samples cannot be used now'],
  shutting_down: [503, 'This process is ending'],
  too_many_live_clients: [503, 'Too many clients follow live samples'],

  collector_silent: [504, 'The collector gave no answer in time'],
  write_outcome_unknown: [504, 'It is not known whether the device took the value'],

  command_keys_full: [507, 'There is no room for one more Idempotency-Key'],
  task_configs_full: [507, 'There is no room for the configuration of this task'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemCode = keyof typeof problemCodes;
