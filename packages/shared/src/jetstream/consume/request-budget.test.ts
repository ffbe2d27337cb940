import { expect, it } from 'vitest';
import { RequestBudget } from './request-budget.ts';

it('lets each account ask thirty times at once, and then ten times a second', () => {
  const budget = new RequestBudget();
  const once = () => {
    const may = budget.begin('LOOK', 0);
    if (may) budget.end('LOOK');
    return may;
  };
  expect(Array.from({ length: 50 }, once).filter(Boolean)).toHaveLength(30);
  expect(budget.begin('C_hall-1', 0)).toBe(true);
  expect(Array.from({ length: 20 }, () => budget.begin('LOOK', 1_000)).filter(Boolean)).toHaveLength(10);
});

it('lets each account have twenty requests under way', () => {
  const budget = new RequestBudget();
  expect(Array.from({ length: 25 }, () => budget.begin('LOOK', 0)).filter(Boolean)).toHaveLength(20);
  budget.end('LOOK');
  expect(budget.begin('LOOK', 0)).toBe(true);
  expect(budget.begin('LOOK', 0)).toBe(false);
});
