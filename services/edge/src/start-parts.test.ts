import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { StartedParts } from '@holdfast/shared/runtime/started-parts.ts';
import { describe, expect, it } from 'vitest';
import { type Part, startParts } from './start-parts.ts';

const log = createLogger('test', 'silent');

function process() {
  const parts = new StartedParts(log);
  const failures: string[] = [];
  const context: ServiceContext = {
    log,
    onStop: (name, stop) => parts.add(name, stop),
    fail: (reason) => failures.push(reason),
  };
  return { context, failures, stop: () => parts.stop() };
}

const part = (name: string, start: Part['start']): Part => ({ name, logLevel: 'silent', start });

describe('services in one process', () => {
  it('stop one after the other, the first one first, whichever started first', async () => {
    const { context, stop } = process();
    const stops: string[] = [];
    let writerStarts = (): void => undefined;
    const starting = startParts(
      [
        part('api', async ({ onStop }) => {
          await new Promise<void>((resolve) => {
            writerStarts = resolve;
          });
          for (const each of ['database', 'routes']) onStop(each, async () => void stops.push(`api ${each}`));
        }),
        part('writer', async ({ onStop }) => {
          for (const each of ['store', 'consumer'])
            onStop(each, async () => void stops.push(`writer ${each}`));
          writerStarts();
        }),
      ],
      context,
    );
    await starting;
    expect(await stop()).toBe(true);
    expect(stops).toEqual(['api routes', 'api database', 'writer consumer', 'writer store']);
  });

  it('are all stopped again when one cannot start, also what came up meanwhile', async () => {
    const { context } = process();
    const stops: string[] = [];
    const starting = startParts(
      [
        part('api', async () => {
          throw new Error('no table');
        }),
        part('writer', async ({ onStop }) => {
          await new Promise<void>((resolve) => onStop('waiting', async () => resolve()));
          onStop('late', async () => void stops.push('late'));
        }),
      ],
      context,
    );
    await expect(starting).rejects.toThrow('no table');
    expect(stops).toEqual(['late']);
  });

  it('end together when one of them fails later, and the log says which', async () => {
    const { context, failures } = process();
    await startParts([part('collector', async ({ fail }) => fail('the connection was closed'))], context);
    expect(failures).toEqual(['collector: the connection was closed']);
  });

  it('say so when one did not stop cleanly', async () => {
    const { context, stop } = process();
    const fails = async () => {
      throw new Error('stuck');
    };
    await startParts([part('writer', async ({ onStop }) => onStop('store', fails))], context);
    expect(await stop()).toBe(false);
  });
});
