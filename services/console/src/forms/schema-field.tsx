import type { ReactNode } from 'react';
import {
  type Draft,
  type FieldFault,
  type FieldSchema,
  fits,
  isNeeded,
  kindOf,
  presentSchema,
  textOf,
  type ValueLookup,
} from './form-schema.ts';
import { useFormTexts } from './form-texts.ts';

export interface FieldAbout {
  /** Begins the ids of all fields of the form. */
  readonly id: string;
  readonly within: FieldSchema;
  readonly draft: Draft;
  readonly valueFor: ValueLookup;
  readonly faults: ReadonlyMap<string, FieldFault | string>;
  readonly choices: Readonly<Record<string, readonly { readonly value: string; readonly label: string }[]>>;
  readonly hints: Readonly<Record<string, ReactNode>>;
  readonly onChange: (draft: Draft) => void;
}

interface FieldProps {
  readonly name: string;
  readonly schema: FieldSchema;
  readonly about: FieldAbout;
  /** Path prefix of a field within another one: `serial.` */
  readonly path?: string;
  /** The field that has to be chosen before this one can be filled in. */
  readonly missingDependency?: string | undefined;
}

/** A field with its label, its help and its faults. */
export function SchemaField({ name, schema, about, path = '', missingDependency }: FieldProps) {
  const { t, language } = useFormTexts();
  const { id, within, draft, valueFor, faults, hints } = about;
  const label = schema['x-label']?.[language] ?? name;
  const at = path + name;
  const kind = kindOf(schema);
  if (kind === 'fields') {
    if (missingDependency !== undefined) return null;
    const inner = presentSchema(schema);
    const [only, ...others] = Object.entries(inner.properties ?? {});
    if (only && others.length === 0) {
      // Several such fields with the same inner one, as the files of a connection: each is called by its own name.
      const [field, each] = only;
      const inWords = { en: labelIn(each, 'en', field), zh: labelIn(each, 'zh', field) };
      const named = {
        ...each,
        'x-label': {
          en: `${labelIn(schema, 'en', name)} (${inWords.en})`,
          zh: `${labelIn(schema, 'zh', name)}（${inWords.zh}）`,
        },
      };
      const isOptional = !isNeeded(within, name, schema, valueFor);
      return (
        <SchemaField
          name={field}
          schema={named}
          path={`${at}.`}
          about={{ ...about, within: isOptional ? { ...inner, required: [] } : inner }}
        />
      );
    }
    return (
      <fieldset className="schema-inner">
        <legend>{label}</legend>
        <Help schema={schema} />
        <div className="schema-fields">
          {Object.entries(inner.properties ?? {})
            .filter(([, each]) => kindOf(each) !== 'none')
            .map(([field, each]) => (
              <SchemaField
                key={field}
                name={field}
                schema={each}
                path={`${at}.`}
                about={{ ...about, within: inner }}
              />
            ))}
        </div>
      </fieldset>
    );
  }
  const fieldId = `${id}${at}`;
  const fault = faults.get(at);
  const help =
    missingDependency === undefined
      ? schema['x-help']?.[language]
      : t('form.awaits', {
          field: within.properties?.[missingDependency]?.['x-label']?.[language] ?? missingDependency,
        });
  const isRequired = isNeeded(within, name, schema, valueFor);
  const hint = hints[at];
  const descriptionIds = [
    help && `${fieldId}-help`,
    hint && `${fieldId}-hint`,
    fault && `${fieldId}-fault`,
  ].filter(Boolean);
  const common = {
    id: fieldId,
    name: at,
    'aria-invalid': fault !== undefined,
    'aria-required': isRequired,
    'aria-describedby': descriptionIds.join(' ') || undefined,
    disabled: missingDependency !== undefined,
  };
  const set = (text: string) => about.onChange({ ...draft, [at]: text });
  const unit = schema['x-unit'];
  const isSwitch = kind === 'switch';
  return (
    <div className={`schema-field ${isSwitch ? 'has-switch' : kind === 'lines' ? 'has-lines' : ''}`}>
      <label htmlFor={fieldId}>
        {label}
        {unit !== undefined && <span className="quiet"> ({unit})</span>}
        {!isRequired && !isSwitch && kind !== 'choice' && defaultTextOf(schema) === '' && (
          <span className="quiet small"> {t('form.optional')}</span>
        )}
      </label>
      <Control
        {...{ kind, schema, about, common, set }}
        text={draft[at] ?? ''}
        isRequired={isRequired}
        name={at}
      />
      {help && (
        <p id={`${fieldId}-help`} className="small quiet">
          {help}
        </p>
      )}
      {hint && (
        <div id={`${fieldId}-hint`} className="small schema-hint">
          {hint}
        </div>
      )}
      {fault !== undefined && (
        <p id={`${fieldId}-fault`} className="small schema-fault">
          {typeof fault === 'string' ? fault : <FaultText fault={fault} />}
        </p>
      )}
    </div>
  );
}

interface ControlProps {
  readonly kind: ReturnType<typeof kindOf>;
  readonly schema: FieldSchema;
  readonly about: FieldAbout;
  readonly common: object;
  readonly text: string;
  readonly isRequired: boolean;
  readonly name: string;
  readonly set: (text: string) => void;
}

function Control({ kind, schema, about, common, text, isRequired, name, set }: ControlProps) {
  const { t, language } = useFormTexts();
  const defaultText = defaultTextOf(schema);
  const choices = about.choices[name];
  if (choices !== undefined || kind === 'choice') {
    const words = schema['x-options'];
    const values =
      choices ??
      (presentSchema(schema).enum ?? []).map((each) => ({
        value: String(each),
        label: words?.[String(each)]?.[language] ?? String(each),
      }));
    const options = values.filter(({ value }) => fits(schema['x-option-when']?.[value], about.valueFor));
    const isOpen = defaultText === '' && (!isRequired || text === '');
    return (
      <select
        {...common}
        className="choice"
        value={text || defaultText}
        onChange={({ target }) => set(target.value)}
      >
        {isOpen && <option value="">{isRequired ? t('form.choose') : '–'}</option>}
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  if (kind === 'switch') {
    return (
      <input
        {...common}
        type="checkbox"
        checked={(text || defaultText) === 'true'}
        onChange={({ target }) => set(String(target.checked))}
      />
    );
  }
  if (kind === 'lines') {
    return (
      <textarea
        {...common}
        className="field"
        rows={3}
        value={text}
        onChange={({ target }) => set(target.value)}
      />
    );
  }
  return (
    <input
      {...common}
      className="field"
      type="text"
      inputMode={kind === 'whole' ? 'numeric' : kind === 'number' ? 'decimal' : undefined}
      autoComplete="off"
      spellCheck={false}
      placeholder={defaultText}
      value={text}
      onChange={({ target }) => set(target.value)}
    />
  );
}

function labelIn(schema: FieldSchema, language: 'en' | 'zh', name: string): string {
  return schema['x-label']?.[language] ?? name;
}

function defaultTextOf({ default: byDefault }: FieldSchema): string {
  return textOf(byDefault);
}

function Help({ schema }: { schema: FieldSchema }) {
  const { language } = useFormTexts();
  const help = schema['x-help']?.[language];
  return help ? <p className="small quiet">{help}</p> : null;
}

function FaultText({ fault }: { fault: FieldFault }) {
  const { t, locale } = useFormTexts();
  if (fault.kind === 'least' || fault.kind === 'most') {
    return t(`form.fault.${fault.kind}`, { limit: new Intl.NumberFormat(locale).format(fault.limit) });
  }
  return t(`form.fault.${fault.kind}`);
}
