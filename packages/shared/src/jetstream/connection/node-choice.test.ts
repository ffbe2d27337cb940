import type { Server } from '@nats-io/nats-core';
import { expect, it } from 'vitest';
import { NodeChoice } from './node-choice.ts';

const pool = (...nodes: string[]) => nodes.map((listen) => ({ listen }) as unknown as Server);
const picked = (choice: NodeChoice, ...nodes: string[]) => {
  const picked = choice.pick(pool(...nodes) as Parameters<typeof choice.pick>[0], null);
  return picked && 'listen' in picked ? picked.listen : picked;
};

it('the client chooses by itself unless a node is given', () => {
  expect(picked(new NodeChoice(), 'a', 'b', 'c')).toBeNull();
});

it('a certain node is tried once', () => {
  const choice = new NodeChoice();
  choice.goTo('c');
  expect(picked(choice, 'a', 'b', 'c')).toBe('c');
  expect(picked(choice, 'a', 'b', 'c')).toBeNull();
  choice.goTo('d');
  expect(picked(choice, 'a', 'b', 'c')).toBeNull();
  choice.goTo('c');
  choice.arrived();
  expect(picked(choice, 'a', 'b', 'c')).toBeNull();
});
