import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import type { ChannelEvents } from './channel.ts';
import { Exchange, fault, incomplete, type Verdict } from './exchange.ts';
import { DriverFailure } from './failure.ts';
import { openLinkHost } from './host/link-host.ts';

const longestAnswer = 8;
const timeoutMs = 100;

/** A device that answers in lines, and a clock that stands still until it is advanced. */
class Bench {
  nowMs = 0;
  isPermitted = true;
  /** True for an address that no system accepts. */
  isUndialable = false;
  readonly sent: string[] = [];
  readonly heard: string[] = [];
  /** Numbers of the connections that were closed. */
  readonly closed: number[] = [];
  readonly connections: ChannelEvents[] = [];
  readonly #due: { readonly atMs: number; run: (() => void) | undefined }[] = [];
  readonly exchange = new Exchange({ host: 'plc', port: 1 }, this.#host(), longestAnswer);

  ask(question: string): Promise<string | DriverFailure> {
    const make = () => ({
      bytes: Buffer.from(question),
      judge: (received: Uint8Array, count: number) =>
        judge(question, Buffer.from(received.subarray(0, count)).toString()),
    });
    const outcome = this.exchange.ask(make, timeoutMs, (direction, bytes) =>
      this.heard.push(`${direction} ${Buffer.from(bytes).toString().trim()}`),
    );
    return outcome.catch((failure: DriverFailure) => failure);
  }

  opens(): void {
    this.connections.at(-1)?.onOpen();
  }

  comes(text: string): void {
    this.connections.at(-1)?.onBytes(Buffer.from(`${text}rest`), text.length);
  }

  /** Time passes as in a running process: whatever is due by then is done. */
  passes(ms: number): void {
    this.nowMs += ms;
    for (const timer of this.#due.filter(({ atMs }) => atMs <= this.nowMs)) {
      timer.run?.();
      timer.run = undefined;
    }
  }

  #host() {
    return {
      ...openLinkHost(),
      mayRequest: () => this.isPermitted,
      clock: { wallMs: () => this.nowMs, monotonicMs: () => this.nowMs },
      timers: {
        after: (ms: number, run: () => void) => {
          const timer = { atMs: this.nowMs + ms, run: run as (() => void) | undefined };
          this.#due.push(timer);
          return () => {
            timer.run = undefined;
          };
        },
      },
      dial: (_to: unknown, events: ChannelEvents) => {
        if (this.isUndialable)
          throw new DriverFailure('config', quoted('no such address'), { wasSent: false });
        const number = this.connections.push(events) - 1;
        return {
          write: (bytes: Buffer) => {
            this.sent.push(bytes.toString());
          },
          close: () => {
            this.closed.push(number);
          },
        };
      },
    };
  }
}

function judge(question: string, text: string): Verdict<string> {
  if (!text.endsWith('\n')) return incomplete;
  if (text === 'no\n') return { kind: 'refusal', failure: new DriverFailure('refused', quoted('no')) };
  if (text === 'who?\n') return { kind: 'refusal', failure: new DriverFailure('auth', quoted('who?')) };
  return text.startsWith(question) ? { kind: 'answer', answer: text.trim() } : fault(quoted(text.trim()));
}

function opened(): { readonly bench: Bench; readonly outcome: Promise<string | DriverFailure> } {
  const bench = new Bench();
  const outcome = bench.ask('a');
  bench.opens();
  return { bench, outcome };
}

describe('an exchange of requests and answers', () => {
  it('gives the answer that came in pieces, and asks over the same connection again', async () => {
    const { bench, outcome } = opened();
    bench.comes('a=');
    bench.comes('1\n');
    expect(await outcome).toBe('a=1');
    const next = bench.ask('b');
    bench.comes('b=2\n');
    expect(await next).toBe('b=2');
    expect([bench.sent, bench.connections.length, bench.closed]).toEqual([['a', 'b'], 1, []]);
    expect(bench.heard).toEqual(['sent a', 'received a=1', 'sent b', 'received b=2']);
  });

  it('keeps its connection after a refusal, and after no other failure', async () => {
    const { bench, outcome } = opened();
    bench.comes('no\n');
    expect(await outcome).toMatchObject({ kind: 'refused', wasSent: true });
    expect(bench.closed).toEqual([]);
    const next = bench.ask('b');
    bench.comes('who?\n');
    expect(await next).toMatchObject({ kind: 'auth' });
    expect(bench.closed).toEqual([0]);
  });

  it.each<[string, (bench: Bench) => void, object]>([
    ['another answer', (bench) => bench.comes('b=2\n'), { kind: 'connection', wasSent: true }],
    ['too long an answer', (bench) => bench.comes('a=1234567'), { kind: 'connection', wasSent: true }],
    ['no answer', (bench) => bench.passes(timeoutMs), { kind: 'timeout', wasSent: true }],
    [
      'its end',
      (bench) => bench.connections[0]?.onFailure(quoted('closed'), undefined),
      { kind: 'connection', message: 'closed' },
    ],
    ['disconnecting', (bench) => bench.exchange.disconnect(), { kind: 'connection', wasSent: true }],
  ])('drops its connection for %s, and reconnects', async (_what, happens, failure) => {
    const { bench, outcome } = opened();
    happens(bench);
    expect(await outcome).toBeInstanceOf(DriverFailure);
    expect(await outcome).toMatchObject(failure);
    expect(bench.closed).toEqual([0]);
    const next = bench.ask('a');
    expect(bench.connections).toHaveLength(2);
    bench.opens();
    bench.comes('a=1\n');
    expect(await next).toBe('a=1');
  });

  it('tells what came of an answer that did not come whole', async () => {
    const { bench, outcome } = opened();
    bench.comes('a=');
    bench.passes(timeoutMs);
    expect(await outcome).toMatchObject({ message: 'no answer within 100 ms; received 2 bytes: 613d' });
    expect(bench.heard).toEqual(['sent a', 'received a=']);
  });

  it('takes no answer that comes after the deadline, although its timer has not run yet', async () => {
    const { bench, outcome } = opened();
    bench.nowMs += timeoutMs + 1;
    bench.comes('a=1\n');
    expect(await outcome).toMatchObject({ kind: 'timeout', wasSent: true });
    expect(bench.closed).toEqual([0]);
  });

  it('sends nothing after the deadline, nor without the right to', async () => {
    const late = new Bench();
    const outcome = late.ask('a');
    late.nowMs += timeoutMs + 1;
    late.opens();
    expect(await outcome).toMatchObject({ kind: 'timeout', wasSent: false, scope: 'endpoint' });
    const unpermitted = new Bench();
    unpermitted.isPermitted = false;
    const refused = unpermitted.ask('a');
    unpermitted.opens();
    expect(await refused).toMatchObject({ kind: 'connection', wasSent: false });
    expect([...late.sent, ...unpermitted.sent]).toEqual([]);
  });

  it('trusts no connection that says something unasked', async () => {
    const { bench, outcome } = opened();
    bench.comes('a=1\n');
    await outcome;
    bench.comes('a=1\n');
    expect(bench.closed).toEqual([0]);
  });

  it('takes one request at a time', async () => {
    const { bench, outcome } = opened();
    expect(await bench.ask('b')).toMatchObject({ kind: 'connection', wasSent: false });
    bench.comes('a=1\n');
    expect(await outcome).toBe('a=1');
    expect(bench.sent).toEqual(['a']);
  });

  it('fails where no address can be dialled, and dials again for the next request', async () => {
    const bench = new Bench();
    bench.isUndialable = true;
    expect(await bench.ask('a')).toMatchObject({ message: 'no such address', wasSent: false });
    bench.isUndialable = false;
    const next = bench.ask('a');
    bench.opens();
    bench.comes('a=1\n');
    expect(await next).toBe('a=1');
  });
});
