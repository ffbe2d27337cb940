import { expect, it } from 'vitest';
import { fieldsOfFrame } from './frame-fields.ts';

it('the bytes of a frame are shown part by part, as text where they are text, and none is left out', () => {
  const parts = [
    { part: 'header', length: 1, text: 'PUBLISH, QoS 0' },
    { part: 'length', length: 1 },
    { part: 'payload', length: 2, text: '7\u00b0' },
  ];
  expect(fieldsOfFrame({ bytes: '300837c2b0ff', parts })).toEqual([
    { part: 'header', text: 'PUBLISH, QoS 0' },
    { part: 'length', text: '08' },
    { part: 'payload', text: '7\u00b0' },
    { part: undefined, text: 'B0 FF' },
  ]);
  expect(fieldsOfFrame({ bytes: '', parts: [] })).toEqual([]);
});
