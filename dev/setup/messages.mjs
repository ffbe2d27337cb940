/** An error that the reader has to put right. Its message stands for itself: no stack is shown. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function say(message) {
  process.stderr.write(`${message}\n`);
}
