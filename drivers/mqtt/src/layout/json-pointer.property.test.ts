import { pointerSteps, valueAt } from '@holdfast/driver/messages/json-pointer.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTopic } from './topic-address.ts';

const pointerOf = (steps: readonly (string | number)[]) =>
  steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Every place in a document, with its value. */
function* places(
  document: unknown,
  steps: (string | number)[] = [],
): Generator<[(string | number)[], unknown]> {
  yield [steps, document];
  if (Array.isArray(document)) {
    for (const [index, value] of document.entries()) yield* places(value, [...steps, index]);
  } else if (typeof document === 'object' && document !== null) {
    for (const [name, value] of Object.entries(document)) yield* places(value, [...steps, name]);
  }
}

describe('a JSON Pointer', () => {
  it('finds everything in any document, also behind a topic', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const document = JSON.parse(JSON.stringify(value)) as unknown;
        for (const [steps, held] of places(document)) {
          const pointer = pointerOf(steps);
          const parsed = pointerSteps(pointer);
          expect(parsed).toEqual(steps.map(String));
          expect(valueAt(document, parsed ?? ['?'])).toEqual(held);
          if (pointer === '' || pointer.includes('\0')) continue;
          expect(parseTopic(`a/b#${pointer}`)).toEqual({
            ok: true,
            address: { filter: 'a/b', steps: parsed },
          });
        }
      }),
    );
  });

  it('finds nothing that is not there, whatever objects inherit', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom('constructor', '__proto__', 'length', '01', '-1'),
        (value, name) => {
          const document = JSON.parse(JSON.stringify(value)) as unknown;
          const own = typeof document === 'object' && document !== null && !Array.isArray(document);
          const held =
            own && Object.hasOwn(document, name) ? (document as Record<string, unknown>)[name] : undefined;
          expect(valueAt(document, [name])).toEqual(held);
        },
      ),
    );
  });

  it.each(['a', '/~', '/~2', 'a/b'])('is not %j', (text) => {
    expect(pointerSteps(text)).toBeUndefined();
  });
});

describe('the address of a point', () => {
  it.each([
    ['a/b', 'a/b', undefined],
    ['a/#', 'a/#', undefined],
    ['#', '#', undefined],
    ['a/##/x', 'a/#', ['x']],
    ['##/x/y', '#', ['x', 'y']],
    ['a#/', 'a', ['']],
    ['a/+/c#/x~1y', 'a/+/c', ['x/y']],
  ])('%s', (text, filter, steps) => {
    expect(parseTopic(text)).toEqual({ ok: true, address: { filter, steps } });
  });

  it.each([
    ['a/#/b', /##/],
    ['a#b', /whole level/],
    ['a#/~', /JSON Pointer/],
    ['#/x', /empty/],
  ])('is not %s', (text, why) => {
    expect(inEnglish(parseTopic(text))).toEqual({ ok: false, problem: expect.stringMatching(why) });
  });
});
