import type { DeviceTrialView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { Forms } from '../forms/use-protocols.ts';
import { ProblemText } from '../parts/problem-text.tsx';
import { useFirstRunTexts } from './texts.ts';
import { valueText } from './value-text.ts';

interface TrialProps {
  readonly form: Forms;
  readonly body: Record<string, unknown>;
  readonly answer: DeviceTrialView | undefined;
  /** Whether the form has changed since. */
  readonly isOld: boolean;
  readonly isAsking: boolean;
  readonly error: Error | undefined;
}

/** The machine's answer, next to the form; if there is none, the reason and what to try. */
export function TrialAnswer({ form, body, answer, isOld, isAsking, error }: TrialProps) {
  const { t } = useFirstRunTexts();
  return (
    <section className="first-answer" aria-labelledby="first-answer-title" aria-live="polite">
      <h2 id="first-answer-title">{t('first.trial.title')}</h2>
      {isAsking ? (
        <p>{t('first.trial.asking', { where: whereIs(body) })}</p>
      ) : error ? (
        <ProblemText title={t('first.trial.failed')} error={error} />
      ) : answer === undefined ? (
        <p className="quiet">{t('first.trial.none')}</p>
      ) : (
        <>
          {isOld && <p className="first-note">{t('first.device.other')}</p>}
          <TrialText answer={answer} form={form} />
        </>
      )}
    </section>
  );
}

function TrialText({ answer, form }: { answer: DeviceTrialView; form: Forms }) {
  const { t, locale, language } = useFirstRunTexts();
  const { collector_id: collector, requests, points, detail } = answer;
  const kind = kindOfTrial(answer);
  const { place: where } = answer;
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const ms = numbers.format(requests.at(-1)?.ms ?? 0);
  const point = points.find(({ quality }) => quality !== 'bad');
  const readText = ({ value: pointValue, raw }: DeviceTrialView['points'][number]) => {
    const value = valueText(pointValue, '', locale);
    return raw.length > 0
      ? t('first.trial.reads.raw', { value, raw: raw.join(' ') })
      : t('first.trial.reads.value', { value });
  };
  return (
    <>
      {kind === 'reads' ? (
        <>
          <p className="first-verdict is-good">{t('first.trial.reads', { where, ms })}</p>
          {point && <p>{readText(point)}</p>}
        </>
      ) : kind === 'refuses' ? (
        <>
          <p className="first-verdict is-good">{t('first.trial.refuses', { where, ms })}</p>
          <p>{t('first.trial.refuses.do')}</p>
        </>
      ) : (
        <>
          <p className="first-verdict is-bad">{t(`first.trial.${kind}`, { where })}</p>
          <p>
            {kind === 'timeout'
              ? form.advice.silent[language]
              : kind === 'connection'
                ? t('first.trial.connection.do', { collector: collector ?? '–' })
                : t(`first.trial.${kind}.do`)}
          </p>
          <details>
            <summary>{t('first.trial.details')}</summary>
            <p className="small">{detail}</p>
          </details>
        </>
      )}
      {collector && <p className="small quiet">{t('first.trial.by', { collector })}</p>}
    </>
  );
}

/** Where the device is, as far as the form says. */
function whereIs({ host, port, serial }: Record<string, unknown>): string {
  const path = (serial as { path?: unknown } | undefined)?.path;
  if (path !== undefined) return String(path);
  return [host ?? '', port].filter((each) => each !== undefined && each !== '').join(':');
}

/** The outcome of a trial, in kinds that a person can act on. */
type TrialKind = 'reads' | 'refuses' | 'connection' | 'timeout' | 'gateway' | 'not_allowed' | 'other';

function kindOfTrial({ answers, status, requests }: DeviceTrialView): TrialKind {
  if (answers) return status === 'failed' ? 'refuses' : 'reads';
  const last = requests.findLast(({ failure }) => failure !== undefined)?.failure;
  return last === undefined || last === 'exception' ? 'other' : last;
}
