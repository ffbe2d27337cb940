/**
 * Why a local server cannot run. `message` says in one paragraph what is wrong and what the reader can do about it.
 *
 * - `not_installed`: the program is not on this machine, or too old
 * - `port_taken`: another program listens on the requested port
 * - `data_in_use`: another live server owns the data folder
 * - `data_of_other_version`: the data folder was written by another major version
 * - `data_unusable`: the data folder is there but cannot be used as it is
 * - `not_permitted`: this user cannot run the server on that folder
 * - `exited`: the server ended before it was ready; its last lines are in the message
 * - `not_ready`: the server runs but did not become ready in time; it was stopped
 */
export type LocalServerErrorCode =
  | 'not_installed'
  | 'port_taken'
  | 'data_in_use'
  | 'data_of_other_version'
  | 'data_unusable'
  | 'not_permitted'
  | 'exited'
  | 'not_ready';

export class LocalServerError extends Error {
  readonly code: LocalServerErrorCode;

  constructor(code: LocalServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LocalServerError';
    this.code = code;
  }
}
