import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { QueryAnswer } from '../parts/query-answer.tsx';
import type { ProblemParagraphs } from './problem-paragraphs.ts';
import { useProblemTexts } from './texts.ts';
import { useProblemParagraphs } from './use-problem-paragraphs.ts';
import './problems.css';

/** The reference's paragraphs about all problems; the one that led here has the focus. */
export default function ProblemsScreen() {
  const { t, language } = useProblemTexts();
  const { code } = useSearch({ from: '/problems' });
  const query = useProblemParagraphs();
  return (
    <section className="page problems">
      <h1>{t('problems.title')}</h1>
      <p>{t('problems.intro')}</p>
      <QueryAnswer query={query} title={t('problems.failed')}>
        {(paragraphs) => <Paragraphs paragraphs={paragraphs[language]} chosenCode={code} />}
      </QueryAnswer>
    </section>
  );
}

function Paragraphs({
  paragraphs,
  chosenCode,
}: {
  paragraphs: ProblemParagraphs['en'];
  chosenCode: string | undefined;
}) {
  const { t } = useProblemTexts();
  const chosenElement = useRef<HTMLDivElement>(null);
  useEffect(() => chosenElement.current?.focus(), []);
  const isKnown = chosenCode === undefined || paragraphs.some(({ codes }) => codes.includes(chosenCode));
  return (
    <>
      {!isKnown && <p role="alert">{t('problems.unknown', { code: chosenCode })}</p>}
      <dl>
        {paragraphs.map(({ codes, status, text }) => {
          const isChosen = chosenCode !== undefined && codes.includes(chosenCode);
          return (
            <div
              key={codes[0]}
              ref={isChosen ? chosenElement : undefined}
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
