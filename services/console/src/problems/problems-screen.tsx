import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { consoleRoot } from '../api/api.ts';
import { Answered } from '../parts/answered.tsx';
import type { ProblemParagraphs } from './problem-paragraphs.ts';
import { useProblemTexts } from './texts.ts';
import './problems.css';

/** The reference's paragraphs about all problems; the one that led here has the focus. */
export default function ProblemsScreen() {
  const { t, language } = useProblemTexts();
  const { code } = useSearch({ from: '/problems' });
  const query = useQuery({
    queryKey: ['problems'],
    queryFn: async () =>
      (await (await fetch(new URL('problems.json', consoleRoot))).json()) as ProblemParagraphs,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <section className="page problems">
      <h1>{t('problems.title')}</h1>
      <p>{t('problems.intro')}</p>
      <Answered query={query} title={t('problems.failed')}>
        {(paragraphs) => <Paragraphs paragraphs={paragraphs[language]} chosen={code} />}
      </Answered>
    </section>
  );
}

function Paragraphs({
  paragraphs,
  chosen,
}: {
  paragraphs: ProblemParagraphs['en'];
  chosen: string | undefined;
}) {
  const { t } = useProblemTexts();
  const found = useRef<HTMLDivElement>(null);
  useEffect(() => found.current?.focus(), []);
  const isKnown = chosen === undefined || paragraphs.some(({ codes }) => codes.includes(chosen));
  return (
    <>
      {!isKnown && <p role="alert">{t('problems.unknown', { code: chosen })}</p>}
      <dl>
        {paragraphs.map(({ codes, status, text }) => {
          const isChosen = chosen !== undefined && codes.includes(chosen);
          return (
            <div
              key={codes[0]}
              ref={isChosen ? found : undefined}
              tabIndex={isChosen ? -1 : undefined}
              aria-current={isChosen || undefined}
            >
              <dt>
                {codes.map((each) => (
                  <code key={each}>{each}</code>
                ))}{' '}
                <span className="quiet">{status}</span>
              </dt>
              <dd>
                {text.map(([kind, piece], index) =>
                  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text never change their order
                  kind === 'code' ? <code key={index}>{piece}</code> : <span key={index}>{piece}</span>,
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}
