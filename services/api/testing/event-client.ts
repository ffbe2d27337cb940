import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';

export interface StreamedEvent {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every kind
  readonly data: any;
}

/** A client that keeps every event of a stream; it counts as connected once the answer has begun. */
export async function followEvents(url: string, headers: Record<string, string> = {}) {
  const stopping = new AbortController();
  const response = await fetch(url, { headers, signal: stopping.signal });
  const events: StreamedEvent[] = [];
  let last: string | undefined;
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const [id, event] = [field('id'), field('event')];
        last = id ?? last;
        if (event !== undefined) events.push({ id, event, data: JSON.parse(field('data') ?? 'null') });
      }
    }
  })().catch(() => undefined);
  const stop = async () => {
    stopping.abort();
    await reading;
  };
  cleanUpAfterFile(stop);
  return { response, events, lastId: () => last, reading, stop };
}
