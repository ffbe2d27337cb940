/** News of the stream of changes, for pages. */
export type ChangeNews =
  /** Connected, or connected again: changes before this moment are not known. */
  | { readonly kind: 'open' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'change'; readonly event: ChangeEvent };

export const changeEvents = ['session', 'device', 'configuration', 'sink', 'reset'] as const;
/** `reconfigured`: a session continues under another configuration. */
export type ChangeEvent = (typeof changeEvents)[number] | 'reconfigured';

const againMs = 5_000;
const reconfigured = 'session.reconfigured';

/** Follows the changes until the returned function is called; a stream that was refused is requested again. */
export function followSource(url: string, onNews: (news: ChangeNews) => void): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(url);
    source.onopen = () => onNews({ kind: 'open' });
    source.onerror = () => {
      onNews({ kind: 'lost' });
      // A stream that breaks off reconnects by itself, unless it is closed.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, againMs);
    };
    for (const event of changeEvents) {
      source.addEventListener(event, ({ data }) => {
        const isOther = event === 'session' && (JSON.parse(data) as { type?: unknown }).type === reconfigured;
        onNews({ kind: 'change', event: isOther ? 'reconfigured' : event });
      });
    }
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
