/** Why the local stack cannot run, in words that also say what to do; shown without a stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
