import { expect, it } from 'vitest';
import type { RawBlock } from '../layout/requests.ts';
import { handOnTogether } from './hand-on-together.ts';

const block = (value: number): RawBlock => ({ kind: 'registers', values: [value] });

it('replies of one turn are handed on together, in their order, and later ones after them', async () => {
  const handedOn: string[] = [];
  const reply = (value: number, then: () => void = () => undefined) =>
    new Promise<RawBlock>((resolve) => handOnTogether(resolve, block(value))).then(({ values }) => {
      handedOn.push(String(values[0]));
      then();
    });
  let later: Promise<void> | undefined;
  const first = reply(1, () => {
    later = reply(3);
  });
  const second = reply(2);
  // Whatever else was under way in this turn is over by then.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  await Promise.resolve();
  expect(handedOn).toEqual([]);
  await Promise.all([first, second]);
  expect(handedOn).toEqual(['1', '2']);
  await later;
  expect(handedOn).toEqual(['1', '2', '3']);
});
