import { describe, expect, it } from 'vitest';
import type { ReadPlace, ReadRequest, WriteRequest } from '../layout/requests.ts';
import { LateAnswers } from './late-answers.ts';
import { shapeOf } from './request-pdu.ts';

const place = (address: number, quantity: number): ReadPlace => ({
  table: 'holding_register',
  address,
  quantity,
});
const markers = [place(0, 2), place(0, 4)];
const readRequest = (address: number, quantity = 10, rest: Partial<ReadRequest> = {}): ReadRequest => ({
  ...{ unitId: 7, timeoutMs: 1_000, markers },
  ...place(address, quantity),
  ...rest,
});
const alone = (address: number, rest: Partial<ReadRequest> = {}) =>
  readRequest(address, 1, { markers: [], ...rest });
/** A unit that has answered before, also a marker. */
function knownUnit(...requests: ReadRequest[]): LateAnswers {
  const late = new LateAnswers();
  for (const request of requests.length > 0 ? requests : [readRequest(0, 2), readRequest(0)])
    late.answered(request);
  return late;
}
const sentAt = (late: LateAnswers, request: ReadRequest | WriteRequest, nowMs: number) =>
  late.stepsFor(request, nowMs).map((step) => ('quantity' in step ? `${step.address}+${step.quantity}` : ''));

describe('a unit that has answered everything', () => {
  it('is asked for what is wanted and for nothing else', () => {
    const late = knownUnit();
    expect(late.waitMs(readRequest(100), 0)).toBe(0);
    expect(sentAt(late, readRequest(100), 0)).toEqual(['100+10']);
  });

  it('is asked a marker first when this process has not seen an answer of it: another one may have asked before', () => {
    const late = new LateAnswers();
    expect(sentAt(late, readRequest(100), 0)).toEqual(['0+2', '100+10']);
    expect(sentAt(late, alone(100), 0)).toEqual(['100+1']);
    late.answered(readRequest(0, 2));
    expect(sentAt(late, readRequest(100), 0)).toEqual(['100+10']);
  });
});

describe('after a timeout', () => {
  it('a unit is left alone for one timeout more, others are not', () => {
    const late = knownUnit();
    late.noAnswer(readRequest(0), 1_000);
    expect(late.waitMs(readRequest(100), 1_500)).toBe(500);
    expect(late.waitMs(readRequest(100, 3), 1_500)).toBe(500);
    expect(late.waitMs(readRequest(100, 10, { unitId: 8 }), 1_500)).toBe(0);
    expect(late.waitMs(readRequest(100, 10, { unitId: 8, acceptUnitZero: true }), 1_500)).toBe(0);
    expect(late.waitMs(readRequest(100), 2_000)).toBe(0);
  });

  it('what has an answer of the same shape is asked between markers while the late one may come', () => {
    const late = knownUnit();
    late.noAnswer(readRequest(0), 1_000);
    expect(sentAt(late, readRequest(100), 2_000)).toEqual(['0+2', '100+10', '0+2']);
    expect(sentAt(late, readRequest(100, 9), 2_000)).toEqual(['100+9']);
    late.answered(readRequest(0, 2));
    expect(sentAt(late, readRequest(100), 2_010)).toEqual(['100+10', '0+2']);
    expect(late.waitMs(readRequest(100), 6_000)).toBe(0);
    expect(sentAt(late, readRequest(100), 6_000)).toEqual(['100+10']);
  });

  it('a marker is asked first however long ago that was, because devices answer in order', () => {
    const late = knownUnit();
    late.noAnswer(readRequest(0), 1_000);
    expect(late.waitMs(readRequest(100), 3_600_000)).toBe(0);
    expect(sentAt(late, readRequest(100), 3_600_000)).toEqual(['0+2', '100+10']);
  });

  it('a marker that was not answered either is not the one that is asked next', () => {
    const late = knownUnit();
    late.noAnswer(readRequest(0), 1_000);
    late.noAnswer(readRequest(0, 2), 3_000);
    expect(sentAt(late, readRequest(100), 4_000)).toEqual(['0+4', '100+10', '0+4']);
    late.noAnswer(readRequest(0, 4), 5_000);
    // Without a marker, only time helps; a marker whose own answer can hardly come any more will do again.
    expect(late.waitMs(readRequest(100), 5_000)).toBe(1_000);
    expect(late.waitMs(readRequest(100), 6_000)).toBe(0);
    expect(sentAt(late, readRequest(100), 6_000)).toEqual(['100+10']);
    expect(sentAt(late, readRequest(100), 8_000)).toEqual(['0+2', '100+10']);
  });

  it('a unit all of whose answers have one shape is left alone as long as it is said to be late at worst', () => {
    const late = knownUnit();
    late.noAnswer(alone(0), 1_000);
    expect(late.waitMs(alone(5), 1_000)).toBe(5_000);
    expect(late.waitMs(alone(5), 6_000)).toBe(0);
    late.noAnswer(alone(0, { lateAnswerMs: 9_000 }), 10_000);
    expect(late.waitMs(alone(5), 10_000)).toBe(9_000);
  });

  it('a unit that has answered out of order once is left alone for that time, whatever markers it has', () => {
    const late = knownUnit();
    late.noAnswer(readRequest(0), 1_000);
    late.answered(readRequest(0, 2));
    late.heard(7, shapeOf(3, 20));
    expect(late.waitMs(readRequest(100), 2_000)).toBe(0);
    expect(sentAt(late, readRequest(100), 2_000)).toEqual(['100+10']);
    late.noAnswer(readRequest(0), 10_000);
    expect(late.waitMs(readRequest(100), 10_000)).toBe(5_000);
    expect(late.waitMs(readRequest(100, 3), 10_000)).toBe(1_000);
  });

  it('so is one that sent an answer without a request', () => {
    const late = knownUnit();
    late.heard(7, shapeOf(3, 20));
    late.noAnswer(readRequest(0), 10_000);
    expect(late.waitMs(readRequest(100), 10_000)).toBe(5_000);
  });

  it('nothing is waited for any more when the late answer has come', () => {
    const late = knownUnit();
    late.noAnswer(alone(0), 1_000);
    late.heard(8, shapeOf(3, 2));
    late.heard(7, shapeOf(4, 2));
    expect(late.waitMs(alone(5), 1_200)).toBe(4_800);
    late.heard(7, shapeOf(3, 2));
    expect(late.waitMs(alone(5), 1_200)).toBe(0);
    expect(sentAt(late, readRequest(5), 1_200)).toEqual(['5+10']);
  });

  it('of two requests of one shape both answers are waited for', () => {
    const late = knownUnit();
    late.noAnswer(alone(0), 1_000);
    late.noAnswer(alone(5), 6_000);
    late.heard(7, shapeOf(3, 2));
    expect(late.waitMs(alone(9), 6_100)).toBe(4_900);
    late.heard(7, shapeOf(3, 2));
    expect(late.waitMs(alone(9), 6_100)).toBe(0);
  });

  it('an exception proves no more than that the oldest request is over', () => {
    const late = knownUnit();
    late.noAnswer(readRequest(0), 1_000);
    late.noAnswer(readRequest(0, 4), 1_000);
    late.refused(readRequest(0, 2), 2_000, true);
    expect(sentAt(late, readRequest(100), 2_000)).toEqual(['100+10']);
    expect(sentAt(late, readRequest(100, 4), 6_000)).toEqual(['0+2', '100+4']);
  });

  it('a marker is best one that was answered before, or the beginning of what is asked for', () => {
    const spread = [place(0, 2), place(100, 4), place(200, 6)];
    const late = knownUnit(readRequest(0));
    late.noAnswer(readRequest(0), 1_000);
    const request = readRequest(100, 10, { markers: spread });
    expect(sentAt(late, request, 2_000)).toEqual(['100+4', '100+10', '100+4']);
    late.answered(readRequest(200, 6, { markers: spread }));
    late.noAnswer(readRequest(0), 3_000);
    expect(sentAt(late, request, 4_000)).toEqual(['200+6', '100+10', '200+6']);
  });

  it('a unit that is silent to markers and has never answered one is asked without, once they have been tried', () => {
    const late = new LateAnswers();
    const silent = [place(0, 2), place(0, 3), place(0, 4), place(0, 5)];
    const request = alone(100, { markers: silent });
    for (const [n, marker] of ['0+2', '0+3', '0+4'].entries()) {
      expect(sentAt(late, request, n * 10_000)).toEqual([marker, '100+1']);
      late.noAnswer({ ...request, ...place(0, n + 2) }, n * 10_000 + 1_000);
    }
    expect(sentAt(late, request, 60_000)).toEqual(['100+1']);
  });

  it('a unit that is silent to all of its markers by now is asked without, however often it was lost before', () => {
    const late = knownUnit();
    late.noAnswer(readRequest(0), 1_000);
    for (const [n, quantity] of [2, 4, 2].entries()) {
      const nowMs = 10_000 * (n + 1);
      expect(sentAt(late, readRequest(100), nowMs)[0]).toBe(`0+${quantity}`);
      late.noAnswer(readRequest(0, quantity), nowMs + 1_000);
    }
    expect(sentAt(late, readRequest(100), 50_000)).toEqual(['100+10']);
  });

  it('the answer to the first of two requests of one shape says nothing of what was asked between them', () => {
    const late = knownUnit();
    late.noAnswer(alone(0), 1_000);
    late.noAnswer(readRequest(0), 3_000);
    late.noAnswer(alone(5), 8_000);
    late.heard(7, shapeOf(3, 2));
    expect(sentAt(late, readRequest(100), 60_000)).toEqual(['0+2', '100+10']);
  });

  it('nor does an exception, which may be the answer to the first of them', () => {
    const late = knownUnit();
    late.noAnswer(alone(0), 1_000);
    late.noAnswer(readRequest(0), 3_000);
    late.noAnswer(alone(5), 8_000);
    late.refused(readRequest(0, 4), 20_000);
    expect(sentAt(late, readRequest(100), 60_000)).toEqual(['0+2', '100+10']);
  });

  it('the confirmation of a write proves nothing: it may be that of one before it, or an echo', () => {
    const late = knownUnit();
    const write: WriteRequest = { unitId: 7, timeoutMs: 1_000, functionCode: 6, address: 1, values: [5] };
    late.noAnswer(readRequest(0), 3_000);
    late.answered(write);
    expect(sentAt(late, readRequest(100), 60_000)).toEqual(['0+2', '100+10']);
    late.answered(readRequest(0, 2));
    expect(sentAt(late, readRequest(100), 60_000)).toEqual(['100+10']);
  });

  it('what an exception came for may be answered all the same: it has its time, where there is no marker', () => {
    const late = knownUnit();
    late.noAnswer(alone(0), 1_000);
    late.refused(alone(5), 2_000);
    expect(late.waitMs(alone(9), 2_500)).toBe(4_500);
    // An answer to a request this old is not expected any more.
    late.refused(alone(9), 7_500);
    expect(late.waitMs(alone(9), 7_500)).toBe(0);
  });

  it('a write waits for one timeout and for no marker: its confirmation repeats what was written', () => {
    const late = knownUnit();
    const write: WriteRequest = { unitId: 7, timeoutMs: 1_000, functionCode: 6, address: 1, values: [5] };
    late.noAnswer(readRequest(0), 1_000);
    expect(late.waitMs(write, 1_200)).toBe(800);
    expect(late.waitMs(write, 2_000)).toBe(0);
    expect(sentAt(late, write, 2_000)).toEqual(['']);
    expect(late.waitMs(write, 2_000)).toBe(0);
  });
});

describe('units that answer as unit 0', () => {
  it('wait for one another, because no marker of one says anything of the other', () => {
    const late = new LateAnswers();
    const zero = (unitId: number) => readRequest(100, 10, { unitId, acceptUnitZero: true });
    for (const unitId of [7, 8]) late.answered(zero(unitId));
    late.noAnswer(zero(7), 1_000);
    expect(late.waitMs(zero(8), 1_500)).toBe(500);
    expect(sentAt(late, zero(8), 2_000)).toEqual(['100+10', '0+2']);
    expect(late.waitMs(readRequest(100, 10, { unitId: 8 }), 1_500)).toBe(0);
    late.heard(0, shapeOf(3, 20));
    expect(late.waitMs(zero(8), 1_500)).toBe(0);
  });

  it('leave it open whose a late answer is while several of them owe one', () => {
    const late = new LateAnswers();
    const zero = (unitId: number) => readRequest(100, 10, { unitId, acceptUnitZero: true });
    for (const unitId of [7, 8]) late.answered(zero(unitId));
    late.noAnswer(zero(7), 1_000);
    late.noAnswer(zero(8), 2_000);
    late.heard(0, shapeOf(3, 20));
    for (const unitId of [7, 8]) expect(sentAt(late, zero(unitId), 60_000)).toEqual(['0+2', '100+10']);
  });
});
