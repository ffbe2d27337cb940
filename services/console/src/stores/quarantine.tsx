import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FreshLogin } from '../fresh-login/fresh-login.tsx';
import { FindField } from '../parts/find-field.tsx';
import { Overlay } from '../parts/overlay.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { RoleNote, useMayEverywhere } from '../parts/role-note.tsx';
import { Section } from '../parts/section.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { type LostEpoch, lostEpochOf, lostEpochsOf } from './lost-epochs.ts';
import { type QuarantinedItem, useQuarantine, useQuarantined } from './queries.ts';
import { useResending } from './resending.ts';
import { ResendingList } from './resending-list.tsx';
import { type StoresSearch, useStoresSearch } from './stores-search.ts';
import { useStoreTexts } from './texts.ts';

const streams = ['SAMPLES', 'SESSIONS', 'HEALTH'];

/** Messages that could not be processed, why, and the way back. */
export function Quarantine() {
  const { t, locale } = useStoreTexts();
  const search = useStoresSearch();
  const query = useQuarantine(search);
  const resending = useResending();
  const [sequenceShown, setSequenceShown] = useState<number>();
  const [isAsking, setAsking] = useState(false);
  const [epochToVouch, setEpochToVouch] = useState<LostEpoch>();
  const isForbidden = !useMayEverywhere('engineer');
  const items = query.data?.pages.flatMap(({ results }) => results) ?? [];
  const isFiltered = search.reason !== undefined || search.stream !== undefined;
  return (
    <Section
      title={t('stores.quarantine')}
      actions={
        <Button
          className="button"
          isDisabled={isForbidden || !items.some(({ can_be_sent_again: can }) => can)}
          onPress={() => setAsking(true)}
        >
          {t('stores.quarantine.many')}
        </Button>
      }
    >
      <Filter search={search} />
      <RoleNote requiredRole="engineer" />
      <ResendingList all={resending.all} dismiss={resending.dismiss} />
      <QueryAnswer
        query={query}
        title={t('stores.quarantine.failed')}
        isEmpty={() => items.length === 0}
        empty={<Empty isFiltered={isFiltered} />}
      >
        {() => (
          <>
            <LostEpochs items={items} isForbidden={isForbidden} ask={setEpochToVouch} />
            <Messages
              items={items}
              locale={locale}
              isForbidden={isForbidden}
              look={setSequenceShown}
              send={(item) =>
                item.lost_epoch === null ? void resending.sendOne(item) : setEpochToVouch(lostEpochOf(item))
              }
            />
            {query.hasNextPage && (
              <Button
                className="button"
                isDisabled={query.isFetchingNextPage}
                onPress={() => void query.fetchNextPage()}
              >
                {t('stores.quarantine.more')}
              </Button>
            )}
          </>
        )}
      </QueryAnswer>
      {sequenceShown !== undefined && (
        <MessageDialog sequence={sequenceShown} onClose={() => setSequenceShown(undefined)} />
      )}
      {epochToVouch !== undefined && (
        <VouchDialog
          epoch={epochToVouch}
          onClose={() => setEpochToVouch(undefined)}
          onConfirm={() =>
            resending.vouchFor(epochToVouch, epochToVouch.item?.subject ?? t('stores.quarantine.many.name'))
          }
        />
      )}
      {isAsking && (
        <SendManyDialog
          isFiltered={isFiltered}
          onClose={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            void resending.sendMany(search, t('stores.quarantine.many.name'));
          }}
        />
      )}
    </Section>
  );
}

/** Samples that come back as often as they are sent, until a user vouches for their epochs. */
function LostEpochs({
  items,
  isForbidden,
  ask,
}: {
  items: readonly QuarantinedItem[];
  isForbidden: boolean;
  ask: (epochToVouch: LostEpoch) => void;
}) {
  const { t } = useStoreTexts();
  return lostEpochsOf(items).map((epochToVouch) => (
    <p key={epochToVouch.collector} className="lost-epochs">
      <span>{t('stores.vouch.many', { count: epochToVouch.count, collector: epochToVouch.collector })}</span>
      <Button className="button" isDisabled={isForbidden} onPress={() => ask(epochToVouch)}>
        {t('stores.vouch.many.do', { collector: epochToVouch.collector })}
      </Button>
    </p>
  ));
}

function Filter({ search: { stream, reason } }: { search: StoresSearch }) {
  const { t } = useStoreTexts();
  const navigate = useNavigate({ from: '/stores' });
  const set = (change: StoresSearch) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const streamOptions = stream === undefined || streams.includes(stream) ? streams : [...streams, stream];
  return (
    <div className="quarantine-filter">
      <FindField
        label={t('stores.quarantine.filter')}
        value={reason ?? ''}
        maxLength={500}
        onChange={(text) => set({ reason: text })}
      />
      <label className="stream-choice">
        <span>{t('stores.quarantine.stream')}</span>
        <select
          className="choice"
          value={stream ?? ''}
          onChange={({ target }) => set({ stream: target.value || undefined })}
        >
          <option value="">{t('stores.quarantine.stream.all')}</option>
          {streamOptions.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useStoreTexts();
  const navigate = useNavigate({ from: '/stores' });
  if (!isFiltered) {
    return (
      <>
        <p>{t('stores.quarantine.none')}</p>
        <p className="quiet small">{t('stores.quarantine.none.how')}</p>
      </>
    );
  }
  return (
    <>
      <p>{t('stores.quarantine.none.found')}</p>
      <Button className="button" onPress={() => void navigate({ search: {} })}>
        {t('stores.quarantine.clear')}
      </Button>
    </>
  );
}

function Messages({
  items,
  locale,
  isForbidden,
  look,
  send,
}: {
  items: readonly QuarantinedItem[];
  locale: string;
  isForbidden: boolean;
  look: (sequence: number) => void;
  send: (item: QuarantinedItem) => void;
}) {
  const { t } = useStoreTexts();
  const plant = usePlantTime();
  const numbers = new Intl.NumberFormat(locale);
  const columns: Column<QuarantinedItem>[] = [
    {
      key: 'what',
      name: t('stores.quarantine.what'),
      cell: ({ sequence, subject, stream }) => (
        <>
          {sequence}
          <br />
          <span className="quiet small subject">{subject || stream || '–'}</span>
        </>
      ),
    },
    {
      key: 'reason',
      name: t('stores.quarantine.reason'),
      cell: ({ reason, body_start }) => (
        <>
          <span lang="en">{reason}</span>
          <br />
          <code className="quiet small body-start">{body_start}</code>
        </>
      ),
    },
    {
      key: 'when',
      name: t('stores.quarantine.when'),
      cell: ({ time }) => (
        <time dateTime={time} className="age">
          {plant.moment(new Date(time))}
        </time>
      ),
    },
    {
      key: 'size',
      name: t('stores.quarantine.size'),
      isNumber: true,
      cell: ({ body_length }) => numbers.format(body_length),
    },
    {
      key: 'command',
      name: t('stores.quarantine.command'),
      cell: (item) => (
        <span className="row-commands">
          <Button
            className="button"
            aria-label={`${t('stores.quarantine.look')} ${item.sequence}`}
            onPress={() => look(item.sequence)}
          >
            {t('stores.quarantine.look')}
          </Button>
          {item.can_be_sent_again ? (
            <Button
              className="button"
              isDisabled={isForbidden}
              aria-label={`${t(item.lost_epoch === null ? 'stores.quarantine.again' : 'stores.vouch.again')} ${item.sequence}`}
              onPress={() => send(item)}
            >
              {t(item.lost_epoch === null ? 'stores.quarantine.again' : 'stores.vouch.again')}
            </Button>
          ) : (
            <span className="quiet small" title={t('stores.quarantine.cannot.how')}>
              {t('stores.quarantine.cannot')}
            </span>
          )}
        </span>
      ),
    },
  ];
  return (
    <Table
      label={t('stores.quarantine')}
      columns={columns}
      rows={items}
      keyOf={({ sequence }) => String(sequence)}
    />
  );
}

/** One message of the quarantine, whole. */
function MessageDialog({ sequence, onClose }: { sequence: number; onClose: () => void }) {
  const { t } = useStoreTexts();
  const plant = usePlantTime();
  const query = useQuarantined(sequence);
  return (
    <Overlay title={t('stores.message.title', { sequence })} onClose={onClose}>
      <QueryAnswer query={query} title={t('stores.quarantine.failed')}>
        {({ subject, stream, original_sequence, reason, time, body }) => (
          <div className="message">
            <dl>
              <dt>{t('stores.quarantine.reason')}</dt>
              <dd lang="en">{reason}</dd>
              <dt>{t('stores.message.from')}</dt>
              <dd>
                {t('stores.message.place', {
                  subject: subject || '–',
                  sequence: original_sequence,
                  stream: stream || '–',
                })}
              </dd>
              <dt>{t('stores.quarantine.when')}</dt>
              <dd>{plant.whole(new Date(time))}</dd>
            </dl>
            <h3>{t('stores.message.body')}</h3>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
            <pre tabIndex={0}>{inLines(body)}</pre>
          </div>
        )}
      </QueryAnswer>
    </Overlay>
  );
}

/** JSON broken into lines; any other text unchanged. */
function inLines(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** Tells users what they vouch for by sending samples of lost epochs again; asks for a fresh login if the last is old. */
function VouchDialog({
  epoch,
  onClose,
  onConfirm,
}: {
  epoch: LostEpoch;
  onClose: () => void;
  /** Sends the samples. @returns `fresh` when the API first asks for a new login */
  onConfirm: () => Promise<'sent' | 'fresh'>;
}) {
  const { t } = useStoreTexts();
  const [step, setStep] = useState<'ask' | 'sending' | 'fresh'>('ask');
  const send = async () => {
    setStep('sending');
    if ((await onConfirm()) === 'fresh') setStep('fresh');
    else onClose();
  };
  const { collector, epochs, count } = epoch;
  return (
    <Overlay title={t('stores.vouch.title', { count })} onClose={onClose}>
      {step === 'fresh' ? (
        <FreshLogin why={t('stores.vouch.fresh')} onDone={() => void send()} onClose={onClose} />
      ) : (
        <>
          <p>{t('stores.vouch.lost', { collector, epochs: epochs.join(t('app.list')) })}</p>
          <p>{t('stores.vouch.what', { collector })}</p>
          <p className="quiet small">{t('stores.vouch.when')}</p>
          <div className="overlay-actions">
            <Button className="button" onPress={onClose}>
              {t('command.cancel')}
            </Button>
            <Button className="button is-main" isDisabled={step === 'sending'} onPress={() => void send()}>
              {t('stores.vouch.do')}
            </Button>
          </div>
        </>
      )}
    </Overlay>
  );
}

/** Asks for confirmation before many messages go back at once. */
function SendManyDialog({
  isFiltered,
  onClose,
  onConfirm,
}: {
  isFiltered: boolean;
  onClose: () => void;
  onConfirm: () => void;
}) {
  const { t } = useStoreTexts();
  return (
    <Overlay title={t('stores.quarantine.many.title')} onClose={onClose}>
      <p>{t(isFiltered ? 'stores.quarantine.many.filtered' : 'stores.quarantine.many.text')}</p>
      <div className="overlay-actions">
        <Button className="button" onPress={onClose}>
          {t('command.cancel')}
        </Button>
        <Button className="button is-main" onPress={onConfirm}>
          {t('stores.quarantine.many.do')}
        </Button>
      </div>
    </Overlay>
  );
}
