import type { WrittenPoint } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../../api/api.ts';
import { FreshLogin } from '../../fresh-login/fresh-login.tsx';
import { Overlay } from '../../parts/overlay.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';
import { usePlantTime } from '../../time/plant-time.tsx';
import { formatValue } from './format-value.ts';
import { formOf, parseValue, type ValueForm } from './parse-value.ts';
import { useDeviceTexts } from './texts.ts';
import { failureOf, type WriteOutcome, WriteResult } from './write-result.tsx';
import { useWriteTexts, type WriteTexts } from './write-texts.ts';

interface WriteDialogProps {
  /** Code of the device. */
  readonly device: string;
  readonly point: PointView;
  /** The value that was read last on this screen. */
  readonly last: { readonly at: Date; readonly value: number | boolean | string } | undefined;
  readonly onClose: () => void;
  /** Reads the device, to see which value it holds. */
  readonly onRead: () => void;
}

interface WriteOrder {
  readonly value: number | boolean | string;
  readonly reason: string;
}

/**
 * Writes a point, once. The values before and after come from the device itself; until then nothing counts as written,
 * and an unknown outcome is called unknown.
 */
export default function WriteDialog({ device, point, last, onClose, onRead }: WriteDialogProps) {
  const { t } = useWriteTexts();
  const queries = useQueryClient();
  const [order, setOrder] = useState<WriteOrder>();
  const [outcome, setOutcome] = useState<WriteOutcome>();
  const [isWriting, setWriting] = useState(false);
  const write = async (order: WriteOrder) => {
    setOrder(order);
    setOutcome(undefined);
    setWriting(true);
    try {
      const path = `/api/acquisition/points/${point.id}/write/`;
      const result = await api.command<WrittenPoint>(path, order);
      setOutcome({ kind: result.outcome, result });
    } catch (error) {
      setOutcome(failureOf(error));
    }
    setWriting(false);
    await queries.invalidateQueries({ queryKey: ['devices'] });
  };
  const close = () => {
    // Once the write is sent, the user has to see its outcome.
    if (!isWriting) onClose();
  };
  return (
    <Overlay title={t('write.title', { point: `${device} / ${point.code}` })} onClose={close}>
      {order && outcome?.kind === 'fresh' ? (
        <FreshLogin why={t('write.fresh')} onDone={() => void write(order)} onClose={close} />
      ) : order && outcome && outcome.kind !== 'fresh' ? (
        <WriteResult
          point={point}
          target={order.value}
          outcome={outcome}
          onClose={close}
          onRead={onRead}
          onAgain={() => setOutcome(undefined)}
        />
      ) : (
        <Form
          point={point}
          last={last}
          before={order}
          isWriting={isWriting}
          onWrite={(order) => void write(order)}
          onClose={close}
        />
      )}
    </Overlay>
  );
}

function Form({
  point,
  last,
  before,
  isWriting,
  onWrite,
  onClose,
}: Pick<WriteDialogProps, 'point' | 'last' | 'onClose'> & {
  before: WriteOrder | undefined;
  isWriting: boolean;
  onWrite: (order: WriteOrder) => void;
}) {
  const { t, locale } = useWriteTexts();
  const { t: device } = useDeviceTexts();
  const plant = usePlantTime();
  const form = formOf(point);
  const [text, setText] = useState(String(before?.value ?? firstOf(form, point)));
  const [reason, setReason] = useState(before?.reason ?? '');
  const value = parseValue(form, text);
  const isBad = value === undefined && text.trim() !== '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== undefined && !isWriting) onWrite({ value, reason: reason.trim() });
      }}
    >
      <p>
        <span className="quiet">
          {t('write.now')}
          {t('app.colon')}
        </span>
        {last ? (
          <>
            <strong>{formatValue(device, locale, last.value, point.unit)}</strong>{' '}
            <span className="quiet small">{plant.clock(last.at, true)}</span>
          </>
        ) : (
          t('write.now.none')
        )}
      </p>
      <div className="labelled">
        <label htmlFor="write-value">
          {t('write.value')}{' '}
          <span className="quiet small">
            {[point.unit, rangeText(t, point)].filter(Boolean).join(t('app.comma'))}
          </span>
        </label>
        <ValueField form={form} point={point} text={text} isBad={isBad} onText={setText} />
        {isBad && (
          <span className="field-fault small" id="write-fault" role="alert">
            {t('write.value.bad')}
          </span>
        )}
      </div>
      <ReasonField
        label={t('write.reason')}
        hint={t('write.reason.hint')}
        value={reason}
        onReason={setReason}
      />
      <p className="quiet small">{t('write.note')}</p>
      <div className="overlay-actions">
        <Button className="button" isDisabled={isWriting} onPress={onClose}>
          {t('command.cancel')}
        </Button>
        <Button className="button is-main" type="submit" isDisabled={value === undefined || isWriting}>
          {isWriting
            ? t('write.doing')
            : t('write.do', {
                value: value === undefined ? '' : formatValue(device, locale, value, point.unit),
              })}
        </Button>
      </div>
    </form>
  );
}

type Texts = WriteTexts['t'];

function ValueField({
  form,
  point,
  text,
  isBad,
  onText,
}: {
  form: ValueForm;
  point: PointView;
  text: string;
  isBad: boolean;
  onText: (text: string) => void;
}) {
  const { t } = useDeviceTexts();
  if (form === 'names' || form === 'switch') {
    const options =
      form === 'switch'
        ? [
            ['true', t('device.on')],
            ['false', t('device.off')],
          ]
        : Object.values(point.enumeration ?? {}).map((name) => [name, name]);
    return (
      <select
        id="write-value"
        className="choice"
        value={text}
        // biome-ignore lint/a11y/noAutofocus: the dialog has just been asked for, and this is what it asks
        autoFocus
        onChange={({ target }) => onText(target.value)}
      >
        {options.map(([value = '', name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      id="write-value"
      className="field"
      value={text}
      inputMode={form === 'number' ? 'decimal' : 'text'}
      maxLength={250}
      autoComplete="off"
      aria-invalid={isBad}
      aria-describedby={isBad ? 'write-fault' : undefined}
      // biome-ignore lint/a11y/noAutofocus: the dialog has just been asked for, and this is what it asks
      autoFocus
      onChange={({ target }) => onText(target.value)}
    />
  );
}

function firstOf(form: ValueForm, { enumeration }: PointView): string {
  if (form === 'switch') return 'true';
  return form === 'names' ? (Object.values(enumeration ?? {})[0] ?? '') : '';
}

function rangeText(t: Texts, { valid_min: min, valid_max: max }: PointView): string | undefined {
  if (min !== null && max !== null) return t('write.value.range', { min, max });
  if (min !== null) return t('write.value.from', { min });
  return max === null ? undefined : t('write.value.to', { max });
}
