import type { ReconnectToServerHandler } from '@nats-io/nats-core';

/** Chooses the node of a cluster that the client connects to next; by itself it would try them in turn. */
export class NodeChoice {
  #preferredNode: string | undefined;

  /** Connects to this node next, or to any other if it does not take us. */
  goTo(node: string): void {
    this.#preferredNode = node;
  }

  arrived(): void {
    this.#preferredNode = undefined;
  }

  /** For the client's option `reconnectToServer`: its own choice stands first in the pool. */
  readonly pick: ReconnectToServerHandler = (pool) => {
    const preferredNode = this.#preferredNode;
    this.#preferredNode = undefined;
    return pool.find(({ listen }) => listen === preferredNode) ?? null;
  };
}
