import { describe, expect, it } from 'vitest';
import type { AnsweredCommand } from '../history.ts';
import { epochMs, RecordedHistory } from '../testing/recorded-history.ts';
import { answeredCommands } from './answered-commands.ts';

const commandOf = (command: Partial<AnsweredCommand>): AnsweredCommand => ({
  id: 'c1',
  command: 'stop',
  taskId: '7',
  sessionId: '7-1',
  sentAtMs: epochMs + 4_900,
  answeredAtMs: epochMs + 5_100,
  answer: 'success',
  ...command,
});
const judge = (history: RecordedHistory, ...commands: AnsweredCommand[]) =>
  answeredCommands(history.readAt(10_000, { commands }), { clockMs: 100 }).map(({ what }) => what);

describe('what clients were answered', () => {
  it('holds when every success has its event and what changed nothing has none', () => {
    const history = new RecordedHistory().started(0, 1, 'c0').stopped(5_000, 1, 'c1');
    const violations = judge(
      history,
      commandOf({ id: 'c0', command: 'start', sentAtMs: epochMs - 10, answeredAtMs: epochMs + 10 }),
      commandOf({ id: 'c1' }),
      commandOf({ id: 'c2', command: 'pause', answer: 'not_stored' }),
      commandOf({ id: 'c3', answer: 'unknown' }),
    );
    expect(violations).toEqual([]);
  });

  it('holds when a second stop was answered with success because the session was over already', () => {
    const history = new RecordedHistory().started(0).stopped(1_000, 1, 'c0');
    expect(judge(history, commandOf({ id: 'c1' }))).toEqual([]);
  });

  it('fails when a stop was answered with success and there is no event', () => {
    expect(judge(new RecordedHistory().started(0), commandOf({}))).toEqual([
      expect.stringContaining('was not in that state before'),
    ]);
  });

  it('fails when the session was over only after the answer', () => {
    const history = new RecordedHistory().started(0).stopped(8_000, 1, 'somebody else');
    expect(judge(history, commandOf({}))).toHaveLength(1);
  });

  it('fails when a start was answered with success and there is no event', () => {
    expect(judge(new RecordedHistory(), commandOf({ command: 'start' }))).toEqual([
      expect.stringContaining('there is no event'),
    ]);
  });

  it('fails when one command was stored twice, whatever it was answered', () => {
    const history = new RecordedHistory()
      .started(0)
      .paused(1_000, 1, 'c1')
      .resumed(2_000)
      .paused(3_000, 1, 'c1');
    expect(judge(history, commandOf({ command: 'pause', answer: 'unknown' }))).toEqual([
      expect.stringContaining('2 events'),
    ]);
  });

  it('fails when a refused command was stored', () => {
    const history = new RecordedHistory().started(0).stopped(5_000, 1, 'c1');
    expect(judge(history, commandOf({ answer: 'not_stored' }))).toEqual([
      expect.stringContaining('nothing changed'),
    ]);
  });

  it('fails when a command was stored as something else', () => {
    const history = new RecordedHistory().started(0).stopped(5_000, 1, 'c1');
    expect(judge(history, commandOf({ command: 'pause' }))).toEqual([
      expect.stringContaining('session.stopped'),
    ]);
  });
});
