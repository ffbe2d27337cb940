import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Printer } from '../output/printer.ts';
import { say } from '../words/say.ts';

const path = '/api/system/collectors/';
const lookEveryMs = 500;
/** Time without progress after which waiting ends: sessions that no other collector takes stay. */
const stalledMs = 60_000;

export const drainCollector: Command = {
  words: ['collectors', 'drain'],
  about: 'moves_a_collector_sessions_to_others',
  operands: [{ name: 'COLLECTOR' }],
  options: {
    wait: { type: 'boolean', about: 'until_it_has_no_session_left' },
    force: { type: 'boolean', about: 'even_if_the_other_collectors_cannot' },
    undo: { type: 'boolean', about: 'let_it_work_again' },
  },
  async run({ api, print }, input) {
    const id = input.operands[0] ?? '';
    const of = `${path}${encodeURIComponent(id)}/`;
    const isForced = input.has('force');
    if (input.has('undo')) {
      if (input.has('wait') || isForced) {
        throw new CliError(say('undo_goes_without_wait_and_force'), exitCodes.usage);
      }
      const undone = await api.post(`${of}undrain/`);
      print.report(undone, say('what_detail', { what: id, detail: undone.detail }));
      return;
    }
    const answer = await api.post(`${of}drain/`, isForced ? { force: true } : {});
    if (input.has('wait')) await untilEmpty(api, print, id);
    print.report(
      answer,
      input.has('wait')
        ? say('has_no_session_left', { id })
        : say('what_detail', { what: id, detail: answer.detail }),
    );
  },
};

/** Waits until the collector is seen empty twice: during a handover a session is with no collector for a moment. */
async function untilEmpty(api: ApiClient, print: Printer, id: string): Promise<void> {
  const progress = print.progress('draining');
  let atFirst: number | undefined;
  let leftBefore: number | undefined;
  let movedAtMs = performance.now();
  try {
    for (let emptyLooks = 0; emptyLooks < 2; ) {
      const { results } = await api.get<{ results: Item[] }>(path);
      const collector = results.find((each) => each.id === id);
      const sessionCount = Number(collector?.sessions ?? 0);
      atFirst ??= sessionCount;
      emptyLooks = sessionCount === 0 ? emptyLooks + 1 : 0;
      if (sessionCount !== leftBefore) movedAtMs = performance.now();
      leftBefore = sessionCount;
      if (sessionCount > 0 && performance.now() - movedAtMs > stalledMs) {
        throw new CliError(
          say('sessions_of_are_taken_by_nobody', { left: sessionCount, id }),
          exitCodes.refused,
        );
      }
      progress.at(atFirst - sessionCount, atFirst);
      if (emptyLooks < 2) await pause(lookEveryMs);
    }
  } finally {
    progress.end();
  }
}
