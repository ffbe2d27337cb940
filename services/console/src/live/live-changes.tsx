import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { apiRoot } from '../api/api.ts';
import { usePreferences } from '../app/preferences.tsx';
import { type ChangeEvent, type ChangeNews, followSource } from './change-source.ts';

/** The queries that each kind of change makes out of date. */
const queryKeysOf: Readonly<Record<ChangeEvent, readonly string[]>> = {
  session: ['sessions', 'system', 'devices', 'ownership', 'palette'],
  reconfigured: ['sessions', 'system', 'devices', 'ownership', 'palette', 'values'],
  device: ['sessions', 'system', 'devices'],
  sink: ['sessions', 'system'],
  configuration: ['sessions', 'tasks', 'devices', 'configuration', 'values'],
  reset: ['sessions', 'system', 'tasks', 'devices', 'configuration', 'ownership', 'palette'],
};
/** Time for which changes are collected: a plant that starts up changes a hundred sessions at once. */
const togetherMs = 300;

/** Keeps the screen up to date: reads data again when the server reports that it has changed. */
export function LiveChanges() {
  const queries = useQueryClient();
  useOwnLanguage(queries);
  useEffect(() => {
    const due = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = follow((news) => {
      if (news.kind === 'lost') return;
      for (const key of queryKeysOf[news.kind === 'open' ? 'reset' : news.event]) due.add(key);
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

/** Reads everything again after a change of language, because the API's sentences come in the language of the request. */
function useOwnLanguage(queries: QueryClient): void {
  const { language } = usePreferences();
  const languageBefore = useRef(language);
  useEffect(() => {
    if (languageBefore.current === language) return;
    languageBefore.current = language;
    void queries.invalidateQueries();
  }, [queries, language]);
}

function follow(onNews: (news: ChangeNews) => void): () => void {
  const url = new URL('api/acquisition/live/changes/', apiRoot).href;
  // Chromium on Android has no shared workers.
  if (typeof SharedWorker === 'undefined') return followSource(url, onNews);
  const worker = new SharedWorker(new URL('./changes-worker.ts', import.meta.url), {
    type: 'module',
    name: url,
  });
  worker.port.onmessage = ({ data }: MessageEvent<ChangeNews>) => onNews(data);
  const leave = () => worker.port.postMessage('leave');
  // A page that the browser has set aside and shows again still has its port.
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
