import { expect, it } from 'vitest';
import { Problem } from '../../../problems/problem.ts';
import { RunningExports } from './running-exports.ts';

const cancel = () => undefined;

it('lets few exports of a caller run, and few of all, and says why another does not', () => {
  const running = new RunningExports();
  const [first] = ['1', '2', '3'].map((id) => running.begin({ owner: 'li', id, cancel }));
  expect(() => running.begin({ owner: 'li', id: '4', cancel })).toThrow(Problem);
  expect(running.progressOf('li', '4')).toMatchObject({
    ...{ state: 'failed', detail: expect.stringContaining('3 of your exports are running') },
  });
  for (const id of ['5', '6', '7']) running.begin({ owner: 'wang', id, cancel });
  expect(() => running.begin({ owner: 'zhao', id: '8', cancel })).toThrow(/6 exports are running/);
  first?.end();
  running.begin({ owner: 'zhao', id: '9', cancel });
});

it('says how far an export is to its caller alone, and for ten minutes how it ended', () => {
  let nowMs = 0;
  const running = new RunningExports(() => nowMs);
  let cancelled = 0;
  const run = running.begin({ owner: 'li', id: '1', cancel: () => (cancelled += 1) });
  run.wrote(10, 0.25);
  run.wrote(5, 0.5);
  run.sent(100);
  expect(running.progressOf('li', '1')).toEqual({
    ...{ export_id: '1', state: 'running', share: 0.5, rows: 15, bytes: 100, detail: null },
  });
  expect(() => running.progressOf('wang', '1')).toThrow(Problem);
  running.cancel('li', '1');
  run.leave();
  run.end();
  expect(running.progressOf('li', '1').state).toBe('cancelled');
  running.cancel('li', '1');
  expect(cancelled).toBe(1);
  nowMs = 600_001;
  expect(() => running.progressOf('li', '1')).toThrow(Problem);
});
