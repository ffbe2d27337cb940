import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { LogDamaged } from '@holdfast/shared/event-store/event-store.ts';
import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { newTaskState, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { describe, expect, it } from 'vitest';
import { LogProgress } from './log-progress.ts';

const task = (lastLifecycle: number, lastPlacement: number): TaskState => ({
  ...newTaskState('7'),
  lastLifecycle,
  lastPlacement,
});

const seenForTest = () => new LogProgress(new LogJudge({ clock: systemClock, onVerdict: () => undefined }));
const readState = (events: LogProgress, state: TaskState) => events.read('7', async () => state);

describe('a task read from the log', () => {
  it('is believed when it has all that was seen before, or more', async () => {
    const events = seenForTest();
    events.note({ subject: subjects.lifecycle('7'), sequence: 5 });
    expect(await readState(events, task(5, 3))).toEqual(task(5, 3));
    expect(await readState(events, task(9, 8))).toEqual(task(9, 8));
  });

  it('is not believed when it lacks an event that was followed', async () => {
    const events = seenForTest();
    events.note({ subject: subjects.lifecycle('7'), sequence: 5 });
    await expect(readState(events, task(4, 3))).rejects.toThrow(LogDamaged);
  });

  it('is not believed when it lacks an event that was read before', async () => {
    const events = seenForTest();
    await readState(events, task(5, 6));
    await expect(readState(events, task(5, 3))).rejects.toThrow(LogDamaged);
    await expect(readState(events, task(0, 0))).rejects.toThrow(LogDamaged);
  });

  it('is believed when the next event came while it was being read', async () => {
    const events = seenForTest();
    const reading = events.read('7', async () => {
      events.note({ subject: subjects.placement('7'), sequence: 8 });
      return task(5, 6);
    });
    expect(await reading).toEqual(task(5, 6));
  });

  it('has nothing to do with what was seen of other tasks', async () => {
    const events = seenForTest();
    events.note({ subject: subjects.lifecycle('8'), sequence: 50 });
    events.note({ subject: 'samples.7.1', sequence: 60 });
    expect(await readState(events, task(1, 2))).toEqual(task(1, 2));
  });
});
