import { useNavigate } from '@tanstack/react-router';
import { Button } from 'react-aria-components/Button';
import { ExportButton } from '../export/export-button.tsx';
import { nameOf } from '../export/export-subject.ts';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { RangeChoice } from '../parts/range-choice.tsx';
import { useTypedText } from '../parts/use-typed-text.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { csvAddress, useReport, useReportValues, useSites } from './report-queries.ts';
import { type ReportSearch, splits, useReportSearch } from './report-search.ts';
import { ReportSheet } from './report-sheet.tsx';
import { useReportTexts } from './texts.ts';
import '../evidence/evidence.css';
import './report.css';

/** The account of a shift, a day or a titled time: to be read, printed, or taken along as a table. */
export default function ReportScreen() {
  const { t } = useReportTexts();
  const plant = usePlantTime();
  const { title, ...search } = useReportSearch();
  const navigate = useNavigate({ from: '/report' });
  const query = useReport(search);
  const values = useReportValues(search);
  const { data: sites = [] } = useSites();
  const { range, split, site } = search;
  const change = (changes: ReportSearch, replace = false) =>
    void navigate({ replace, search: (before) => ({ ...before, ...changes }) });
  const [titleText, type] = useTypedText(title, (text) => change({ title: text || undefined }, true));
  const shiftsOf = sites.find(({ code }) => code === site)?.shifts.length ?? 0;
  const lacks =
    split !== 'shift'
      ? undefined
      : site === undefined
        ? t('report.site.choose')
        : shiftsOf === 0 && sites.length > 0
          ? t('report.site.noShifts')
          : undefined;
  return (
    <section className="evidence report" aria-labelledby="report-title">
      <div className="toolbar">
        <h1 id="report-title">{t('report.title')}</h1>
        <RangeChoice range={range} onChange={(next) => change({ from: next.from, to: next.to })} />
        <select
          className="choice"
          aria-label={t('report.site')}
          value={site ?? ''}
          onChange={({ target }) => change({ site: target.value || undefined })}
        >
          <option value="">{t('report.site.all')}</option>
          {sites.map(({ id, code, name }) => (
            <option key={id} value={code}>
              {name === '' ? code : `${code} ${name}`}
            </option>
          ))}
        </select>
        <select
          className="choice"
          aria-label={t('report.split')}
          value={split}
          onChange={({ target }) => change({ split: splits.find((each) => each === target.value) })}
        >
          {splits.map((each) => (
            <option key={each} value={each}>
              {t(`report.split.${each}`)}
            </option>
          ))}
        </select>
        <input
          className="field report-name"
          aria-label={t('report.name')}
          placeholder={t('report.name.hint')}
          maxLength={120}
          value={titleText}
          onChange={({ target }) => type(target.value)}
        />
        <span className="toolbar-end">
          <ExportButton subject={{ points: values.data?.results.map(nameOf) ?? [] }} range={range} />
          <a className="button" href={csvAddress({ ...search, title }, plant.ofPlant)} download>
            {t('report.csv')}
          </a>
          <Button className="button is-main" onPress={() => print()}>
            {t('report.print')}
          </Button>
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a sheet that is longer than the screen has to be scrolled by keys */}
      <section className="sheet-room" aria-label={t('report.sheet')} tabIndex={0}>
        {lacks === undefined ? (
          <QueryAnswer
            query={query}
            title={t('report.failed')}
            isEmpty={({ results }) => results.length === 0}
            empty={
              query.data && (
                <p>
                  {t('report.none', {
                    time: plant.between(new Date(query.data.from), new Date(query.data.to)),
                  })}
                </p>
              )
            }
          >
            {(report) => (
              <>
                <ReportSheet report={report} title={title} isLive={range.to === undefined} values={values} />
                {report.isCut && (
                  <p className="left-out">{t('report.cut', { count: report.results.length })}</p>
                )}
              </>
            )}
          </QueryAnswer>
        ) : (
          <p className="empty">{lacks}</p>
        )}
      </section>
    </section>
  );
}
