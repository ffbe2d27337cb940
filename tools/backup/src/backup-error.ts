/** An error that the operator has to know and can do something about; the message is all that is shown. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
