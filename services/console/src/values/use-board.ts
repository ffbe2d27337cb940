import type { PointValuesPage } from '@holdfast/shared/contracts/http/points-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { api, apiRoot } from '../api/api.ts';
import type { WorkerNews, WorkerOrder } from './samples-worker.ts';
import { ValueBoard } from './value-board.ts';

export const valuesAtMost = 5_000;

const byName = new Intl.Collator('en', { numeric: true });

export interface Choice {
  readonly session?: string | undefined;
  readonly device?: string | undefined;
  readonly points?: readonly string[] | undefined;
}

/** The state of the screen's stream, as far as it is known. */
export type Link = { readonly state: 'opening' | 'open' } | { readonly state: 'lost'; readonly since: Date };

interface ReadBoard {
  readonly board: ValueBoard;
  readonly page: Pick<PointValuesPage, 'live_id' | 'next_cursor' | 'unknown' | 'not_asked'>;
}

/**
 * The points of a choice with their changing values, to which views subscribe. There is one stream for the whole screen,
 * and none while it is hidden.
 */
export function useBoard(choice: Choice, isPaused: boolean) {
  const latestBoard = useRef<ValueBoard>(undefined);
  const query = useQuery({
    queryKey: ['values', choice],
    queryFn: () => readBoard(choice, latestBoard.current),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    // Boards are not JSON, and each is a different one.
    structuralSharing: false,
    gcTime: 0,
  });
  const { data, refetch } = query;
  latestBoard.current = data?.board;
  const [link, setLink] = useState<Link>({ state: 'opening' });
  const listeners = useMemo(() => new Set<() => void>(), []);
  const worker = useRef<Worker>(undefined);
  const isSeen = useSyncExternalStore(onVisibility, () => document.visibilityState === 'visible');
  const wasHidden = useRef(false);

  useEffect(() => {
    if (!isSeen) {
      wasHidden.current = true;
      return;
    }
    if (data === undefined) return;
    if (wasHidden.current) {
      // Values missed meanwhile are read at once, and followed from there.
      wasHidden.current = false;
      void refetch();
      return;
    }
    const { board, page } = data;
    const own = new Worker(new URL('./samples-worker.ts', import.meta.url), { type: 'module' });
    worker.current = own;
    own.onmessage = ({ data: news }: MessageEvent<WorkerNews>) => {
      switch (news.kind) {
        case 'batch':
          board.take(news.batch);
          for (const listener of listeners) listener();
          break;
        case 'open':
          setLink({ state: 'open' });
          break;
        case 'lost':
          setLink((before) => (before.state === 'lost' ? before : { state: 'lost', since: new Date() }));
          break;
        case 'reset':
          void refetch();
          break;
        default:
          news satisfies never;
      }
    };
    const order: WorkerOrder = { kind: 'follow', url: liveUrl(board, page.live_id), devices: board.devices };
    own.postMessage(order);
    return () => {
      worker.current = undefined;
      own.terminate();
    };
  }, [data, isSeen, refetch, listeners]);

  useEffect(() => {
    // A new board with other points has to be reported again.
    void data;
    worker.current?.postMessage({ kind: 'hold', isHeld: isPaused } satisfies WorkerOrder);
  }, [isPaused, data]);

  const subscribe = useMemo(
    () => (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [listeners],
  );
  return { query, link, subscribe };
}

async function readBoard(choice: Choice, before: ValueBoard | undefined): Promise<ReadBoard> {
  const { session, device, points } = choice;
  const page = await api.get<PointValuesPage>('/api/acquisition/points/values/', {
    session,
    device,
    point: points,
    limit: valuesAtMost,
  });
  // Natural order of numbers: press-2 before press-10.
  const results = page.results.toSorted(
    (one, other) =>
      byName.compare(one.device, other.device) || byName.compare(one.point_code, other.point_code),
  );
  return { board: new ValueBoard(results, page, Date.now(), before), page };
}

/** Longer addresses may be refused on the way: then all devices are requested, and unwanted ones left out here. */
const addressAtMost = 4_000;

function liveUrl({ devices }: ValueBoard, liveId: string | null): string {
  const parameters = new URLSearchParams(liveId === null ? {} : { lastEventId: liveId });
  const withPoints = new URLSearchParams(parameters);
  if (devices.length <= 100) for (const { code } of devices) withPoints.append('device', code);
  const text = String(withPoints).length <= addressAtMost ? withPoints : parameters;
  return new URL(`api/acquisition/live/?${text}`, apiRoot).href;
}

function onVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
