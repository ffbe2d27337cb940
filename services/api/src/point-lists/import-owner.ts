import type { Caller } from '../access/caller.ts';

/** Names the caller who sent an import; no other caller sees it. */
export function ownerOf({ caller }: { readonly caller: Caller }): string {
  return caller.kind === 'key' || caller.kind === 'user' ? `${caller.kind} ${caller.id}` : 'local';
}
