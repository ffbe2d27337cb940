import type { ReconnectToServerHandler } from '@nats-io/nats-core';

type Wanted =
  | { readonly kind: 'any' }
  | { readonly kind: 'another'; readonly than: string; readonly tried: number }
  | { readonly kind: 'this'; readonly node: string };

const any: Wanted = { kind: 'any' };

/** Chooses the node of a cluster that the client connects to next; by itself it would try them in turn. */
export class NodeChoice {
  #wanted: Wanted = any;

  /** Not to this one, unless none of the others takes us. */
  goToAnotherThan(node: string): void {
    this.#wanted = { kind: 'another', than: node, tried: 0 };
  }

  /** To this one; to any when it does not take us. */
  goTo(node: string): void {
    this.#wanted = { kind: 'this', node };
  }

  arrived(): void {
    this.#wanted = any;
  }

  /** For the client's option `reconnectToServer`: its own choice stands first in the pool. */
  readonly pick: ReconnectToServerHandler = (pool) => {
    const wanted = this.#wanted;
    switch (wanted.kind) {
      case 'any':
        return null;
      case 'this':
        this.#wanted = any;
        return pool.find(({ listen }) => listen === wanted.node) ?? null;
      case 'another': {
        const tried = wanted.tried + 1;
        this.#wanted = tried < pool.length ? { ...wanted, tried } : any;
        return pool.find(({ listen }) => listen !== wanted.than) ?? null;
      }
      default:
        return wanted satisfies never;
    }
  };
}
