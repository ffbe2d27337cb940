import { type ChangeNews, followSource } from './change-source.ts';

/**
 * One stream of changes for all tabs: a browser keeps six connections to a host over HTTP/1.1, and each stream would hold
 * one for ever.
 */
interface WorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
  readonly name: string;
}

const tabs = new Set<MessagePort>();
let unfollow: (() => void) | undefined;
let latest: ChangeNews | undefined;

const scope = globalThis as unknown as WorkerScope;
scope.onconnect = ({ ports: [tab] }) => {
  if (tab === undefined) return;
  tabs.add(tab);
  // A tab says nothing but that it goes.
  tab.onmessage = () => {
    tabs.delete(tab);
    if (tabs.size > 0) return;
    unfollow?.();
    unfollow = undefined;
    latest = undefined;
  };
  if (latest !== undefined) tab.postMessage(latest);
  unfollow ??= followSource(scope.name, (news) => {
    if (news.kind !== 'change') latest = news;
    for (const each of tabs) each.postMessage(news);
  });
};
