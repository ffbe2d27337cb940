import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';

/** Resolves with whether somebody has shown once more who he is. */
type Ask = () => Promise<boolean>;

let ask: Ask | undefined;

/** Sets who asks; there is one such place in the console. @returns takes it away again */
export function answerFreshLogins(how: Ask): () => void {
  ask = how;
  return () => {
    ask = undefined;
  };
}

/** A call that may want to know once more who sends it: then the person is asked, and the call is sent again. */
export async function withFreshLogin<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const isAsked = error instanceof ApiRefusal && error.code === 'fresh_authentication_needed';
    if (!isAsked || !(await ask?.())) throw error;
    return call();
  }
}
