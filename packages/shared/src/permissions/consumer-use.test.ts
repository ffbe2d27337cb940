import { describe, expect, it } from 'vitest';
import { consumerEnd, consumerUse } from './consumer-use.ts';

const next = 'uses.LOOK.$JS.API.CONSUMER.MSG.NEXT';

describe('a pull from an account', () => {
  it.each([
    [`${next}.SAMPLES.x`, '$JS.API.CONSUMER.MSG.NEXT.SAMPLES.x'],
    ['uses.LOOK.$JS.FC.SAMPLES.x.AbCd', '$JS.FC.SAMPLES.x.AbCd'],
  ])('%s is passed on as %s', (subject, toJetStream) => {
    for (const reply of ['_INBOX.operator.a.b', '', undefined]) {
      expect(consumerUse(subject, reply)).toEqual({
        account: 'LOOK',
        consumer: { stream: 'SAMPLES', name: 'x' },
        subject: toJetStream,
      });
    }
  });

  it.each([
    '_INBOX.api.x',
    '_INBOX.operator',
    '_INBOX.operator.>',
    '_INBOX.operator..x',
    'sessions.task.1.lifecycle',
    '$JS.API.STREAM.DELETE.SESSIONS',
  ])('is let lie with the reply subject %s', (reply) => {
    expect(consumerUse(`${next}.SAMPLES.x`, reply)).toBeUndefined();
  });

  it.each([
    'uses.C_hall-1.$JS.API.CONSUMER.MSG.NEXT.SAMPLES.x',
    'uses.LOOK.$JS.API.CONSUMER.DELETE.SAMPLES.x',
    'uses.LOOK.$JS.ACK.SAMPLES.x.1.1.1.1.1',
    `${next}.SAMPLES`,
    `${next}.SAMPLES.x.*.y`,
  ])('is let lie as %s', (subject) => {
    expect(consumerUse(subject, '_INBOX.operator.x')).toBeUndefined();
  });
});

it('the end of a consumer names it', () => {
  expect(consumerEnd('consumers.LOOK.delete.SAMPLES.x')).toMatchObject({
    consumer: { stream: 'SAMPLES', name: 'x' },
    subject: '$JS.API.CONSUMER.DELETE.SAMPLES.x',
  });
  expect(consumerEnd('consumers.LOOK.create.SAMPLES.x')).toBeUndefined();
  expect(consumerEnd('consumers.C_hall-1.delete.SAMPLES.x')).toBeUndefined();
});
