import { describe, expect, it } from 'vitest';
import type { AssignReason } from '../placement/events.ts';
import { attributeGaps, type Coverage, settledMs } from './attribute-gaps.ts';
import type { GapCause } from './gap-causes.ts';
import { runningIntervals, scheduledTicks, type TimedSessionEvent } from './schedule.ts';
import type { TickRanges } from './tick-ranges.ts';
import type { TimedPlacement } from './timed-placements.ts';

const periodMs = 10_000;
/** A moment within tick n. */
const within = (tick: number) => tick * periodMs + 5_000;
const range = (from: number, to: number): TickRanges => [{ from, to }];

type Lifecycle = TimedSessionEvent['event']['type'];
interface Story {
  /** Type of event, tick in which it happens; sequences follow from the order. */
  readonly log: readonly (readonly [Lifecycle | AssignReason | 'released', number])[];
  readonly stored?: TickRanges;
  readonly quarantined?: TickRanges;
  readonly missed?: Partial<Record<GapCause, TickRanges>>;
  readonly sent?: TickRanges;
  readonly confirmed?: TickRanges;
  readonly sourceKept?: TickRanges;
  readonly nowTick?: number;
  /** When the account is made, if it is not about the last moments. */
  readonly askedTick?: number;
  /** Tick in which the oldest unwritten sample was published. */
  readonly unwrittenTick?: number;
  /** How far the supervisor's clock is behind. */
  readonly skewMs?: number;
}

function gapsOf(story: Story) {
  const { log, stored, quarantined, missed, sent, nowTick = 100, skewMs = 0 } = story;
  const { askedTick = nowTick, unwrittenTick } = story;
  const events: TimedSessionEvent[] = [];
  const placements: TimedPlacement[] = [];
  let releasedMs: number | undefined;
  for (const [index, [what, tick]] of log.entries()) {
    const sequence = index + 1;
    if (isLifecycle(what)) events.push({ event: { type: what }, timeMs: within(tick), sequence });
    else if (what === 'released') releasedMs = within(tick);
    else {
      placements.push({ reason: what, timeMs: within(tick) - skewMs, epoch: sequence, releasedMs });
      releasedMs = undefined;
    }
  }
  const intervals = runningIntervals(events);
  const nowMs = within(nowTick);
  const coverage: Coverage = {
    stored: stored ?? [],
    quarantined: quarantined ?? [],
    missed: new Map(Object.entries(missed ?? {}) as [GapCause, TickRanges][]),
    sent: sent ?? [],
    confirmed: story.confirmed ?? [],
    sourceKept: story.sourceKept,
  };
  const scheduled = scheduledTicks(intervals, periodMs, nowMs);
  const settled = settledMs(
    within(askedTick),
    unwrittenTick === undefined ? undefined : within(unwrittenTick),
  );
  const options = { scheduled, intervals, placements, coverage, periodMs, nowMs };
  const { gaps } = attributeGaps({ ...options, settledMs: settled });
  return gaps.map(({ cause, from, to }) => [cause, from, to]);
}

function isLifecycle(what: Lifecycle | AssignReason | 'released'): what is Lifecycle {
  return what.startsWith('session.');
}

const startedAt10 = [
  ['session.started', 10],
  ['start', 10],
] as const;

describe('ticks without a listener to a source that keeps its values', () => {
  it.each<[string, Story, (string | number)[][]]>([
    [
      'were delivered late after a restart of their collector, but not after another one that found nothing kept',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(40, 49), ...range(60, 100)],
        sourceKept: range(60, 60),
      },
      [
        ['restart', 30, 39],
        ['delivered_late', 50, 59],
      ],
    ],
    [
      'were delivered late to the collector that took their session over, from the last one of its former holder on',
      {
        log: [...startedAt10, ['failover', 35]],
        stored: [...range(10, 29), ...range(42, 100)],
        missed: { connection: range(40, 41) },
        sent: range(40, 100),
        sourceKept: range(40, 40),
      },
      [
        ['delivered_late', 30, 39],
        ['connection', 40, 41],
      ],
    ],
    [
      'were delivered late also where no collector was there for a while after a move',
      {
        log: [...startedAt10, ['released', 29], ['rebalance', 45]],
        stored: [...range(10, 28), ...range(50, 100)],
        sourceKept: range(50, 50),
      },
      [['delivered_late', 29, 49]],
    ],
    [
      'keep the cause that was said, and those that were sent and lost are lost',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(60, 69), ...range(75, 100)],
        missed: { fenced: range(30, 31), lease_lost: range(57, 59) },
        sent: range(60, 100),
        sourceKept: range(60, 60),
      },
      [
        ['fenced', 30, 31],
        ['restart', 32, 56],
        ['lease_lost', 57, 59],
        ['buffer_full', 70, 74],
      ],
    ],
    [
      'belong to the end of the session where that came first',
      {
        log: [...startedAt10, ['session.paused', 40], ['session.resumed', 50], ['resume', 50]],
        stored: [...range(10, 29), ...range(55, 100)],
        sourceKept: range(55, 55),
      },
      [
        ['holder_lost', 30, 38],
        ['session_end', 39, 40],
        ['delivered_late', 50, 54],
      ],
    ],
  ])('%s', (_, story, expected) => {
    expect(gapsOf(story)).toEqual(expected);
  });
});

describe('a tick without a sample', () => {
  it.each<[string, Story, (string | number)[][]]>([
    [
      'has the cause that the collector gave',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(50, 100)],
        missed: { timeout: range(30, 39), connection: range(40, 44), exception: range(45, 49) },
      },
      [
        ['timeout', 30, 39],
        ['connection', 40, 44],
        ['exception', 45, 49],
      ],
    ],
    [
      'is fenced when a former holder sent it too late and no other holder read it',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(33, 100)],
        missed: { fenced: range(28, 30), overrun: range(31, 31), buffer_full: range(31, 32) },
      },
      [
        ['fenced', 30, 30],
        ['buffer_full', 31, 32],
      ],
    ],
    [
      'is no gap when it lies in quarantine',
      { log: startedAt10, stored: range(10, 49), quarantined: range(45, 100) },
      [],
    ],
    ['waited while no collector was there', { log: [['session.started', 10]] }, [['waiting', 10, 100]]],
    [
      'waited until the first collector had begun',
      {
        log: [
          ['session.started', 10],
          ['start', 20],
        ],
        stored: range(22, 100),
      },
      [['waiting', 10, 21]],
    ],
    [
      'was due before a collector took up a session that had waited over a restart of the supervisor',
      {
        log: [
          ['session.started', 10],
          ['recovery', 20],
        ],
        stored: range(21, 100),
      },
      [['recovery', 10, 20]],
    ],
    [
      'was lost to a failover, from the last sample of the dead holder to the first of the next',
      { log: [...startedAt10, ['failover', 42]], stored: [...range(10, 29), ...range(44, 100)] },
      [['failover', 30, 43]],
    ],
    [
      'was lost to a drain',
      { log: [...startedAt10, ['drain', 30]], stored: [...range(10, 29), ...range(31, 100)] },
      [['drain', 30, 30]],
    ],
    [
      'was lost to a move for balance',
      { log: [...startedAt10, ['rebalance', 31]], stored: [...range(10, 29), ...range(32, 100)] },
      [['rebalance', 30, 31]],
    ],
    [
      'was lost to the move itself where the former holder read until then',
      {
        log: [...startedAt10, ['released', 30], ['rebalance', 30]],
        stored: [...range(10, 29), ...range(32, 100)],
      },
      [['rebalance', 30, 31]],
    ],
    [
      'was lost while the holder was unavailable, as in an outage of the broker, before it was moved for balance',
      {
        log: [...startedAt10, ['released', 42], ['rebalance', 42]],
        stored: [...range(10, 29), ...range(44, 100)],
      },
      [
        ['restart', 30, 40],
        ['rebalance', 41, 43],
      ],
    ],
    [
      'was lost to the failover of an outage, and only its end to the move after it',
      {
        log: [...startedAt10, ['failover', 35], ['released', 42], ['rebalance', 42]],
        stored: [...range(10, 29), ...range(44, 100)],
      },
      [
        ['failover', 30, 40],
        ['rebalance', 41, 43],
      ],
    ],
    [
      'waited where an outage of the broker came between the two halves of a move',
      {
        log: [...startedAt10, ['released', 30], ['rebalance', 42]],
        stored: [...range(10, 29), ...range(44, 100)],
      },
      [
        ['waiting', 30, 41],
        ['rebalance', 42, 43],
      ],
    ],
    [
      'is not explained yet before a move, as long as no holder has read again',
      { log: [...startedAt10, ['released', 42], ['rebalance', 42]], stored: range(10, 29), nowTick: 43 },
      [
        ['not_arrived', 30, 40],
        ['rebalance', 41, 43],
      ],
    ],
    [
      'was lost to the last of several hand-overs within one hole',
      {
        log: [...startedAt10, ['failover', 40], ['recovery', 45]],
        stored: [...range(10, 29), ...range(50, 100)],
      },
      [['recovery', 30, 49]],
    ],
    [
      'was lost while the holder was unavailable and came back by itself',
      { log: startedAt10, stored: [...range(10, 29), ...range(35, 100)] },
      [['restart', 30, 34]],
    ],
    [
      'was lost right after the first one by a holder that had begun within the tick of its assignment',
      { log: startedAt10, stored: [...range(10, 10), ...range(13, 100)] },
      [['restart', 11, 12]],
    ],
    [
      'was due right before the session was stopped',
      { log: [...startedAt10, ['session.stopped', 60]], stored: range(10, 59) },
      [['session_end', 60, 60]],
    ],
    [
      'went with a holder that fell silent before the session was stopped',
      { log: [...startedAt10, ['session.stopped', 60]], stored: range(10, 29) },
      [
        ['holder_lost', 30, 58],
        ['session_end', 59, 60],
      ],
    ],
    [
      'has not arrived yet when nothing explains it',
      { log: startedAt10, stored: range(10, 97) },
      [['not_arrived', 98, 100]],
    ],
    [
      'is not expected while the session is paused, and waits for a collector after that',
      {
        log: [...startedAt10, ['session.paused', 30], ['session.resumed', 50], ['resume', 52]],
        stored: [...range(10, 30), ...range(53, 100)],
      },
      [['waiting', 50, 52]],
    ],
    [
      'is judged by the interval that it lies in: a hand-over of another one explains nothing',
      {
        log: [
          ...startedAt10,
          ['failover', 20],
          ['session.paused', 30],
          ['session.resumed', 50],
          ['resume', 50],
        ],
        stored: [...range(10, 29), ...range(50, 60), ...range(65, 100)],
      },
      [
        ['session_end', 30, 30],
        ['restart', 61, 64],
      ],
    ],
    [
      'of a session that failed and was taken up again is not expected between',
      {
        log: [...startedAt10, ['session.failed', 20], ['session.resumed', 40], ['resume', 40]],
        stored: [...range(10, 20), ...range(40, 100)],
      },
      [],
    ],
    [
      'was lost on its way when the same process has read the device before and after it',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(35, 80)],
        quarantined: range(40, 40),
        missed: { timeout: range(31, 32) },
        sent: range(10, 12),
      },
      [
        ['buffer_full', 30, 30],
        ['timeout', 31, 32],
        ['buffer_full', 33, 34],
        ['not_arrived', 81, 100],
      ],
    ],
    [
      'was lost on its way from where the restarted process had begun; before it, to the restart',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(50, 100)],
        sent: [...range(10, 12), ...range(40, 50)],
      },
      [
        ['restart', 30, 39],
        ['buffer_full', 40, 49],
      ],
    ],
    [
      'was lost on its way from where the next holder had begun; before it, to the failover',
      {
        log: [...startedAt10, ['failover', 38]],
        stored: [...range(10, 29), ...range(50, 100)],
        sent: [...range(10, 12), ...range(39, 50)],
      },
      [
        ['failover', 30, 38],
        ['buffer_full', 39, 49],
      ],
    ],
    [
      'went with a failover to a collector that does not say since when it reads',
      {
        log: [...startedAt10, ['failover', 42]],
        stored: [...range(10, 29), ...range(44, 100)],
        sent: range(10, 12),
      },
      [['failover', 30, 43]],
    ],
    [
      'may still be on its way when it was sent a moment ago',
      { log: startedAt10, stored: [...range(10, 29), ...range(100, 100)], sent: range(10, 12) },
      [['not_arrived', 30, 99]],
    ],
    [
      'may still be on its way while a sample of that time is not written',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(31, 69), ...range(73, 100)],
        sent: range(10, 12),
        unwrittenTick: 70,
      },
      [
        ['buffer_full', 30, 30],
        ['not_arrived', 70, 72],
      ],
    ],
    [
      'was lost on its way also when it is asked what was known of it right then',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(35, 100)],
        sent: range(10, 12),
        nowTick: 35,
        askedTick: 100,
      },
      [['buffer_full', 30, 34]],
    ],
    [
      'was lost to the restart after it also when it is asked what was known of it right then',
      { log: startedAt10, stored: [...range(10, 29), ...range(35, 100)], nowTick: 32, askedTick: 100 },
      [['restart', 30, 32]],
    ],
    [
      'was lost to the end of its session, whatever a clock that was ahead has left on record for later',
      {
        log: [...startedAt10, ['session.stopped', 60]],
        stored: [...range(10, 40), ...range(400, 415)],
        sent: [...range(10, 12), ...range(400, 402)],
      },
      [
        ['holder_lost', 41, 58],
        ['session_end', 59, 60],
      ],
    ],
    [
      'was lost to the end of its session, also where it is not known since when a clock that was ahead was read by',
      {
        log: [...startedAt10, ['failover', 45], ['session.stopped', 60]],
        stored: [...range(10, 40), ...range(46, 59)],
        missed: { fenced: range(400, 415) },
        sent: [...range(10, 12), ...range(46, 48)],
      },
      [
        ['failover', 41, 45],
        ['session_end', 60, 60],
      ],
    ],
    [
      'was lost to a pause, also where it is not known since when a clock that was ahead was read by',
      {
        log: [...startedAt10, ['session.paused', 60]],
        stored: range(10, 57),
        missed: { fenced: range(70, 75) },
        sent: range(10, 12),
      },
      [
        ['holder_lost', 58, 58],
        ['session_end', 59, 60],
      ],
    ],
    [
      'has not arrived yet where no holder has read since, whatever a clock that was ahead has left on record for later',
      {
        log: startedAt10,
        stored: [...range(10, 90), ...range(400, 415)],
        sent: [...range(10, 12), ...range(400, 402)],
      },
      [['not_arrived', 91, 100]],
    ],
    [
      'was lost on its way up to the end of its session by the word of its sender, whatever was read by a clock that was ahead',
      {
        log: [...startedAt10, ['session.stopped', 60]],
        stored: [...range(10, 40), ...range(400, 415)],
        sent: range(10, 12),
        confirmed: range(10, 59),
      },
      [
        ['buffer_full', 41, 59],
        ['session_end', 60, 60],
      ],
    ],
    [
      'was lost on its way up to where a killed process had sent, and to the restart from there',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(50, 100)],
        sent: [...range(10, 12), ...range(45, 50)],
        confirmed: range(10, 40),
      },
      [
        ['buffer_full', 30, 40],
        ['restart', 41, 44],
        ['buffer_full', 45, 49],
      ],
    ],
    [
      'was lost on its way, and the failover after it explains only what no holder had read',
      {
        log: [...startedAt10, ['failover', 46]],
        stored: [...range(10, 29), ...range(50, 100)],
        sent: [...range(10, 12), ...range(47, 50)],
        confirmed: range(10, 40),
      },
      [
        ['buffer_full', 30, 40],
        ['failover', 41, 46],
        ['buffer_full', 47, 49],
      ],
    ],
    [
      'was lost on its way also when nothing came of the session any more before it was stopped',
      {
        log: [...startedAt10, ['session.stopped', 60]],
        stored: range(10, 29),
        sent: range(10, 12),
        confirmed: range(10, 59),
      },
      [
        ['buffer_full', 30, 59],
        ['session_end', 60, 60],
      ],
    ],
    [
      'was lost on its way although nothing of the session is left',
      { log: [...startedAt10, ['session.stopped', 60]], confirmed: range(12, 59) },
      [
        ['waiting', 10, 11],
        ['buffer_full', 12, 59],
        ['session_end', 60, 60],
      ],
    ],
    [
      'was lost to the restart between two processes of which nothing but that they sent is known',
      {
        log: [...startedAt10, ['session.stopped', 60]],
        stored: range(10, 29),
        confirmed: [...range(10, 34), ...range(40, 59)],
      },
      [
        ['buffer_full', 30, 34],
        ['restart', 35, 39],
        ['buffer_full', 40, 59],
        ['session_end', 60, 60],
      ],
    ],
    [
      'has what was said of it, and is stored when it is, whatever else was confirmed',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(41, 100)],
        quarantined: range(38, 39),
        missed: { timeout: range(30, 32), fenced: range(40, 40) },
        confirmed: range(10, 60),
      },
      [
        ['timeout', 30, 32],
        ['buffer_full', 33, 37],
        ['fenced', 40, 40],
      ],
    ],
    [
      'went with the restart of a process of which only others know, before one that does not say since when it reads',
      {
        log: startedAt10,
        stored: [...range(10, 29), ...range(80, 100)],
        sent: range(10, 12),
        confirmed: [...range(10, 40), ...range(50, 60)],
      },
      [
        ['buffer_full', 30, 40],
        ['restart', 41, 49],
        ['buffer_full', 50, 60],
        ['restart', 61, 79],
      ],
    ],
  ])('%s', (_situation, story, expected) => {
    expect(gapsOf(story)).toEqual(expected);
  });

  it('is given to the right holder also when the clock of the supervisor is behind that of the API', () => {
    const story: Story = {
      log: [...startedAt10, ['session.stopped', 60]],
      stored: range(10, 29),
      skewMs: 3 * periodMs,
    };
    expect(gapsOf(story)).toEqual([
      ['holder_lost', 30, 58],
      ['session_end', 59, 60],
    ]);
  });
});
