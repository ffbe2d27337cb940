/** Evaluates an expression in a process that was started with `--inspect`; its result comes back by value. */
export async function evaluate<T>(url: string, expression: string, timeoutMs: number): Promise<T> {
  const socket = new WebSocket(url);
  try {
    return await new Promise<T>((resolve, reject) => {
      const giveUp = setTimeout(
        () => reject(new Error(`the inspector did not answer in ${timeoutMs} ms`)),
        timeoutMs,
      );
      const done = <V>(settle: (value: V) => void, value: V) => {
        clearTimeout(giveUp);
        settle(value);
      };
      socket.addEventListener('error', () => done(reject, new Error('there is no inspector to talk to')));
      socket.addEventListener('close', () => done(reject, new Error('the inspector hung up')));
      socket.addEventListener('open', () => {
        const params = { expression, returnByValue: true };
        socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
      });
      socket.addEventListener('message', ({ data }) => {
        const answer = JSON.parse(String(data)) as {
          id?: number;
          result?: { result?: { value?: T }; exceptionDetails?: { text?: string } };
        };
        if (answer.id !== 1) return;
        const failure = answer.result?.exceptionDetails;
        if (failure) done(reject, new Error(`the expression failed: ${failure.text ?? ''}`));
        else done(resolve, answer.result?.result?.value as T);
      });
    });
  } finally {
    socket.close();
  }
}
