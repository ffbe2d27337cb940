import { type ChangeNews, followSource } from './change-source.ts';

/**
 * One stream of changes for all tabs: over HTTP/1.1 a browser makes at most six connections to a host, and each stream
 * would hold one for ever.
 */
interface WorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
  readonly name: string;
}

const tabs = new Set<MessagePort>();
let unfollow: (() => void) | undefined;
let latestNews: ChangeNews | undefined;

const scope = globalThis as unknown as WorkerScope;
scope.onconnect = ({ ports: [tab] }) => {
  if (tab === undefined) return;
  // A tab reports when it goes, and when it has been brought back.
  tab.onmessage = ({ data }) => (data === 'join' ? join(tab) : leave(tab));
  join(tab);
};

function join(tab: MessagePort): void {
  tabs.add(tab);
  if (latestNews !== undefined) tab.postMessage(latestNews);
  unfollow ??= followSource(scope.name, (news) => {
    if (news.kind !== 'change') latestNews = news;
    for (const each of tabs) each.postMessage(news);
  });
}

function leave(tab: MessagePort): void {
  tabs.delete(tab);
  if (tabs.size > 0) return;
  unfollow?.();
  unfollow = undefined;
  latestNews = undefined;
}
