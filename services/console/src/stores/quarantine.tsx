import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FindField } from '../parts/find-field.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { RoleNote, useMayEverywhere } from '../parts/role-note.tsx';
import { Section } from '../parts/section.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { type LostEpoch, lostEpochOf, lostEpochsOf } from './lost-epochs.ts';
import { type QuarantinedItem, useQuarantine } from './queries.ts';
import { useResending } from './resending.ts';
import { ResendingList } from './resending-list.tsx';
import { type StoresSearch, useStoresSearch } from './stores-search.ts';
import { useStoreTexts } from './texts.ts';

const MessageDialog = lazy(() => import('./message-dialog.tsx'));
const VouchDialog = lazy(() => import('./vouch-dialog.tsx'));
const SendManyDialog = lazy(() => import('./send-many-dialog.tsx'));

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
      <Suspense fallback={null}>
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
      </Suspense>
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
