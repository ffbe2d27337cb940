import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { ResendResult, ResendSummary } from '@holdfast/shared/contracts/http/system-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../api/api.ts';
import { useOutcomes } from '../parts/outcomes.tsx';
import type { LostEpoch } from './lost-epochs.ts';
import { type QuarantinedItem, readQuarantine, readSinks } from './queries.ts';
import type { StoresSearch } from './stores-search.ts';

/**
 * The progress of messages that are sent again: `sending`, then `waiting` until the writer has handled them, then `settled`
 * with those that are back in quarantine; `unsettled` when the writer does not get to them.
 */
export interface ResendingState {
  readonly id: number;
  readonly phase: 'sending' | 'waiting' | 'settled' | 'unsettled';
  /** Subject of the one message; undefined for many. */
  readonly subject: string | undefined;
  readonly sentCount: number;
  /** Messages that stay as they are, and why. */
  readonly keptMessages: readonly { readonly sequence: number; readonly detail: string }[];
  readonly keptCount: number;
  /** Messages that have come back, with the reason of the first. */
  readonly returnedCount: number;
  readonly returnedBecause: string | undefined;
  readonly isMore: boolean;
}

const lookEveryMs = 1_000;
const looksAtMost = 60;
const returnedAtMost = 500;

/** Sends messages again, and follows them until it is known where they ended. */
export function useResending() {
  const queries = useQueryClient();
  const { noteFailure } = useOutcomes();
  const [all, setAll] = useState<readonly ResendingState[]>([]);
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  const change = useCallback(
    (id: number, changes: Partial<ResendingState>) =>
      setAll((before) => before.map((each) => (each.id === id ? { ...each, ...changes } : each))),
    [],
  );
  const dismiss = useCallback(
    (id: number) => setAll((before) => before.filter((each) => each.id !== id)),
    [],
  );

  const run = useCallback(
    async (about: Pick<ResendingState, 'subject'>, name: string, send: () => Promise<SendingResult>) => {
      const id = performance.now();
      // The list is read again before the outcome is shown.
      const reread = () => queries.invalidateQueries({ queryKey: ['system'] });
      const initialState: ResendingState = {
        ...{ id, phase: 'sending', sentCount: 0, keptMessages: [], keptCount: 0, returnedCount: 0 },
        ...{ returnedBecause: undefined, isMore: false, ...about },
      };
      setAll((before) => [initialState, ...before]);
      try {
        const { lastSentAs, upTo, ...result } = await send();
        await reread();
        change(id, { ...result, phase: lastSentAs === undefined ? 'settled' : 'waiting' });
        if (lastSentAs === undefined) return;
        const isSettled = await untilSettled(lastSentAs, isThere);
        const returnedMessages = isSettled ? await cameSince(upTo) : [];
        await reread();
        change(id, {
          phase: isSettled ? 'settled' : 'unsettled',
          returnedCount: returnedMessages.length,
          returnedBecause: returnedMessages[0]?.reason,
        });
      } catch (error) {
        dismiss(id);
        noteFailure(name, error);
        await reread();
      }
    },
    [change, dismiss, noteFailure, queries],
  );
  const sendOne = useCallback(
    ({ sequence, subject }: QuarantinedItem) =>
      run({ subject }, subject, async () => sentOne(await api.post<ResendResult>(pathOf(sequence)))),
    [run],
  );
  const sendMany = useCallback(
    ({ stream, reason }: StoresSearch, name: string) =>
      run({ subject: undefined }, name, async () =>
        sentMany(await api.post<ResendSummary>(manyPath, undefined, { stream, reason })),
      ),
    [run],
  );
  const vouchFor = useCallback(
    async ({ item, collector, upTo }: LostEpoch, name: string): Promise<'sent' | 'fresh'> => {
      const trust = { trust_epoch: true };
      try {
        const result = item
          ? sentOne(await api.post<ResendResult>(pathOf(item.sequence), trust))
          : sentMany(await api.post<ResendSummary>(manyPath, trust, { collector, up_to: upTo }));
        void run({ subject: item?.subject }, name, async () => result);
      } catch (error) {
        if (error instanceof ApiRefusal && error.code === 'fresh_authentication_needed') return 'fresh';
        noteFailure(name, error);
      }
      return 'sent';
    },
    [run, noteFailure],
  );
  return { all, sendOne, sendMany, vouchFor, dismiss };
}

const manyPath = '/api/system/quarantine/send-again/';
const pathOf = (sequence: number) => `/api/system/quarantine/${sequence}/send-again/`;

function sentOne({ sent_as, quarantined_up_to }: ResendResult): SendingResult {
  return {
    ...{ sentCount: 1, keptMessages: [], keptCount: 0, isMore: false },
    ...{ lastSentAs: sent_as, upTo: quarantined_up_to },
  };
}

function sentMany(answer: ResendSummary): SendingResult {
  const { sent, kept, kept_because, limit_reached, last_sent_as, quarantined_up_to } = answer;
  return {
    ...{ sentCount: sent, keptMessages: kept_because, keptCount: kept, isMore: limit_reached },
    ...{ lastSentAs: last_sent_as ?? undefined, upTo: quarantined_up_to },
  };
}

type SendingResult = Pick<ResendingState, 'sentCount' | 'keptMessages' | 'keptCount' | 'isMore'> & {
  readonly lastSentAs: number | undefined;
  /** The last place in quarantine before the sending. */
  readonly upTo: number;
};

/** Waits until the writer has handled everything up to this sequence. @returns whether it has */
async function untilSettled(sequence: number, isThere: { readonly current: boolean }): Promise<boolean> {
  for (let look = 0; look < looksAtMost && isThere.current; look += 1) {
    const { backlog } = await readSinks();
    if (backlog.settled_sequence >= sequence) return true;
    await new Promise((done) => setTimeout(done, lookEveryMs));
  }
  return false;
}

/** Samples that came into quarantine after this place. */
async function cameSince(after: number): Promise<QuarantinedItem[]> {
  const { results } = await readQuarantine({ stream: 'SAMPLES', after }, returnedAtMost);
  return results;
}
