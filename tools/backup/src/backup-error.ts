/** An error that the operator can do something about; only its message is shown. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
