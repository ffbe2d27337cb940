import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { type Draft, type FormSchema, faultsIn, isShown, missingDependency, valueIn } from './form-schema.ts';
import { useFormTexts } from './form-texts.ts';
import { type FieldAbout, SchemaField } from './schema-field.tsx';
import './forms.css';

interface SchemaFormProps {
  readonly schema: FormSchema;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** Faults that the API found, in its own words, by path of the field. */
  readonly refusals?: ReadonlyMap<string, string>;
  /** Choices for fields whose schema does not list them. */
  readonly choices?: FieldAbout['choices'];
  /** Hints shown below a field while it is filled in. */
  readonly hints?: Readonly<Record<string, ReactNode>>;
  readonly onSubmit: () => void;
  /** Further fields, below those of the schema. */
  readonly extra?: ReactNode;
  /** Buttons. */
  readonly children: ReactNode;
}

/** A form that a JSON Schema describes. It shows faults once the user has tried to send it. */
export function SchemaForm({
  schema,
  draft,
  onChange,
  refusals,
  choices = {},
  hints = {},
  onSubmit,
  extra,
  children,
}: SchemaFormProps) {
  const { t, language } = useFormTexts();
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const [isTried, setTried] = useState(false);
  const [count, setCount] = useState(0);
  const draftFaults = isTried ? faultsIn(schema, draft) : new Map();
  const valueFor = valueIn(schema, draft);
  const faults = new Map([...(refusals ?? []), ...draftFaults]);
  // Moves the focus to the first faulty field, also after a refusal by the server, for users who cannot see the fields.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each try
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [count, refusals]);
  const submit = () => {
    setTried(true);
    setCount(count + 1);
    if (faultsIn(schema, draft).size === 0) onSubmit();
  };
  return (
    <form
      ref={form}
      className="schema-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {schema['x-groups'].map(({ name, label, folded, fields }) => {
        const visibleFields = fields.flatMap((field) => {
          const each = schema.properties[field];
          const hasChoices = choices[field] === undefined || choices[field].length > 0;
          const isThere =
            each && (isShown(each, valueFor) || missingDependency(each, schema, valueFor) !== undefined);
          return isThere && hasChoices ? [[field, each] as const] : [];
        });
        if (visibleFields.length === 0) return null;
        const fieldRows = visibleFields.map(([field, each]) => (
          <SchemaField
            key={field}
            name={field}
            schema={each}
            about={{ id, within: schema, draft, valueFor, faults, choices, hints, onChange }}
            missingDependency={missingDependency(each, schema, valueFor)}
          />
        ));
        const isWrong = [...faults.keys()].some((path) => fields.includes(path.split('.')[0] ?? ''));
        return folded ? (
          <details key={name} open={isWrong || undefined}>
            <summary>{label[language]}</summary>
            <div className="schema-fields">{fieldRows}</div>
          </details>
        ) : (
          <fieldset key={name}>
            <legend>{label[language]}</legend>
            <div className="schema-fields">{fieldRows}</div>
          </fieldset>
        );
      })}
      {extra}
      {faults.size > 0 && (
        <p className="schema-faults" role="alert">
          {t('form.faults', { count: faults.size })}
        </p>
      )}
      <div className="schema-actions">{children}</div>
    </form>
  );
}
