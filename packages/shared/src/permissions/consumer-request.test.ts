import { describe, expect, it } from 'vitest';
import { judgeConsumerRequest } from './consumer-request.ts';

const looking = { ack_policy: 'none', filter_subject: 'samples.>' };
const verdictOn = (subject: string, body: unknown) => judgeConsumerRequest(`consumers.${subject}`, body);
const look = (config: object, more: object = {}, subject = 'SAMPLES.x.samples.>') =>
  verdictOn(`LOOK.create.${subject}`, { stream_name: 'SAMPLES', config: { ...looking, ...config }, ...more });

const ofHall = {
  ASSIGNMENTS: {
    ...{ durable_name: 'collector-hall-1', filter_subject: 'assignments.hall-1.*', ack_policy: 'explicit' },
    deliver_subject: 'deliver.hall-1.work.x',
  },
  SESSIONS: {
    ...{ name: 'collector-hall-1', ack_policy: 'none', deliver_policy: 'last_per_subject' },
    deliver_subject: 'deliver.hall-1.log.x',
  },
};
const requests = {
  ASSIGNMENTS: 'ASSIGNMENTS.collector-hall-1.assignments.hall-1.*',
  SESSIONS: 'SESSIONS.collector-hall-1',
};
const hall = (stream: keyof typeof ofHall, config: object = {}, subject: string = requests[stream]) =>
  verdictOn(`C_hall-1.create.${subject}`, { stream_name: stream, config: { ...ofHall[stream], ...config } });

const marked = { ack_policy: 'none', metadata: { 'holdfast.account': 'LOOK' } };

describe('a request to look', () => {
  it('asks for no acknowledgements, whatever it says', () => {
    const config = { ack_policy: 'explicit', ack_wait: 1, max_ack_pending: 1, max_deliver: 1 };
    expect(look(config)).toMatchObject({
      body: JSON.stringify({
        stream_name: 'SAMPLES',
        config: { filter_subject: 'samples.>', ...marked },
        action: 'create',
      }),
    });
  });

  it('is rewritten, to create and not to change', () => {
    const sent = {
      pause_until: '0001-01-01T00:00:00Z',
      metadata: { '_nats.level': '1' },
      headers_only: true,
    };
    expect(look(sent, { action: '', pedantic: false })).toEqual({
      ok: true,
      subject: '$JS.API.CONSUMER.CREATE.SAMPLES.x.samples.>',
      body: JSON.stringify({
        stream_name: 'SAMPLES',
        config: { filter_subject: 'samples.>', headers_only: true, ...marked },
        action: 'create',
      }),
    });
  });

  it('names its consumer in the subject even where the body alone does', () => {
    const filters = { filter_subject: undefined, filter_subjects: ['samples.a.>', 'samples.b.>'] };
    expect(look({ ...filters, name: 'mine' }, {}, 'SAMPLES')).toMatchObject({
      ok: true,
      subject: '$JS.API.CONSUMER.CREATE.SAMPLES.mine',
    });
    expect(look({ name: 'writer' }, {}, 'SAMPLES')).toMatchObject({
      why: 'writer is the consumer of a service',
    });
  });

  it.each<[string, object]>([
    ['another case', { Deliver_Subject: 'a' }],
    ['a delivery elsewhere', { deliver_subject: '_INBOX.api.x' }],
    ['a delivery to everybody there', { deliver_subject: '_INBOX.operator.>' }],
    ['no delivery', { deliver_subject: '' }],
    ['no name', { name: '' }],
    ['no durable name', { durable_name: '', inactive_threshold: 1 }],
    ['a negative end', { inactive_threshold: -1 }],
    ['a durable name without an end', { durable_name: 'x' }],
    ['a group', { deliver_group: 'a' }],
    ['a series of waits', { backoff: [1] }],
    ['a pause', { pause_until: '2100-01-01T00:00:00Z' }],
    ['advisories', { sample_freq: '100%' }],
    ['copies', { num_replicas: 3 }],
    ['a consumer of streams', { direct: true }],
  ])('is refused with %s', (_what, config) => {
    expect(look(config)).toMatchObject({ ok: false });
  });

  it.each<[string, object]>([
    ['Config', { Config: { deliver_subject: 'a' } }],
    ['Action', { Action: 'update' }],
    ['Stream_Name', { Stream_Name: 'SESSIONS' }],
    ['update', { action: 'update' }],
    ['stream', { stream_name: 'SESSIONS' }],
  ])('is refused with another %s', (_what, more) => {
    expect(look({}, more)).toMatchObject({ ok: false });
  });

  it.each([
    ['name', { name: 'y' }],
    ['durable name', { durable_name: 'y', inactive_threshold: 1 }],
  ])('is refused with another %s than in the subject', (_what, config) => {
    expect(look(config)).toEqual({ ok: false, why: 'the consumer has another name than in the subject' });
  });
});

describe('a request of a collector', () => {
  it('makes its own consumers', () => {
    expect(hall('ASSIGNMENTS')).toMatchObject({ ok: true });
    expect(hall('SESSIONS')).toMatchObject({ ok: true });
  });

  it.each<[string, ReturnType<typeof verdictOn>]>([
    ['another name', hall('SESSIONS', { name: 'collector-hall-2' })],
    ['another name in the subject', hall('SESSIONS', {}, 'SESSIONS.collector-hall-2')],
    ['no name in the subject', hall('SESSIONS', {}, 'SESSIONS')],
    ['no filter in the subject', hall('ASSIGNMENTS', {}, 'ASSIGNMENTS.collector-hall-1')],
    ['the work of another', hall('ASSIGNMENTS', { filter_subject: 'assignments.hall-2.*' })],
    ['no delivery', hall('ASSIGNMENTS', { deliver_subject: undefined })],
    ['a durable name on the log', hall('SESSIONS', { durable_name: 'collector-hall-1' })],
    ['headers alone', hall('SESSIONS', { headers_only: true })],
    [
      'another stream',
      verdictOn('C_hall-1.create.SAMPLES.x', { stream_name: 'SAMPLES', config: ofHall.SESSIONS }),
    ],
    ['no account', verdictOn('CORE.create.SAMPLES.x', { stream_name: 'SAMPLES', config: looking })],
  ])('is refused with %s', (_what, answer) => {
    expect(answer).toMatchObject({ ok: false });
  });
});
