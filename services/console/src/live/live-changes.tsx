import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { apiRoot } from '../api/api.ts';
import { usePreferences } from '../app/preferences.tsx';
import { type ChangeEvent, type ChangeNews, followSource } from './change-source.ts';

/** Queries that each kind of change makes out of date. */
const concerned: Readonly<Record<ChangeEvent, readonly string[]>> = {
  session: ['sessions', 'system', 'devices', 'ownership', 'palette'],
  reconfigured: ['sessions', 'system', 'devices', 'ownership', 'palette', 'values'],
  device: ['sessions', 'system', 'devices'],
  sink: ['sessions', 'system'],
  configuration: ['sessions', 'tasks', 'devices', 'configuration', 'values'],
  reset: ['sessions', 'system', 'tasks', 'devices', 'configuration', 'ownership', 'palette'],
};
/** A plant that starts up changes a hundred sessions at once; they are read once. */
const togetherMs = 300;

/** Keeps what is on the screen up to date: it is read anew when the server tells that it has changed. */
export function LiveChanges() {
  const queries = useQueryClient();
  useOwnLanguage(queries);
  useEffect(() => {
    const due = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = follow((news) => {
      if (news.kind === 'lost') return;
      for (const key of concerned[news.kind === 'open' ? 'reset' : news.event]) due.add(key);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const key of due) void queries.invalidateQueries({ queryKey: [key] });
        due.clear();
      }, togetherMs);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [queries]);
  return null;
}

/** Sentences of the API are in the language that they were asked for in: after another choice all is read anew. */
function useOwnLanguage(queries: QueryClient): void {
  const { language } = usePreferences();
  const asked = useRef(language);
  useEffect(() => {
    if (asked.current === language) return;
    asked.current = language;
    void queries.invalidateQueries();
  }, [queries, language]);
}

function follow(onNews: (news: ChangeNews) => void): () => void {
  const url = new URL('api/acquisition/live/changes/', apiRoot).href;
  // Chromium on Android has none.
  if (typeof SharedWorker === 'undefined') return followSource(url, onNews);
  const worker = new SharedWorker(new URL('./changes-worker.ts', import.meta.url), {
    type: 'module',
    name: url,
  });
  worker.port.onmessage = ({ data }: MessageEvent<ChangeNews>) => onNews(data);
  const leave = () => worker.port.postMessage('leave');
  // A page that was put aside by the browser, and is shown once more, has kept its port.
  const join = ({ persisted }: PageTransitionEvent) => persisted && worker.port.postMessage('join');
  addEventListener('pagehide', leave);
  addEventListener('pageshow', join);
  return () => {
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', join);
    leave();
    worker.port.close();
  };
}
