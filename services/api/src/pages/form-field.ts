import { type Html, html } from './html.ts';

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly type?: 'text' | 'password';
  readonly autocomplete: string;
  readonly value?: string | undefined;
  /** The value's fault, and what to do about it. */
  readonly fault?: string | undefined;
  readonly hasFocus?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly isCode?: boolean;
}

/** A labelled input; hint and fault are read out with it. */
export function formField(field: FormField): Html {
  const { name, label, hint, type = 'text', autocomplete, value, fault, isCode = false } = field;
  const about = [hint !== undefined && `${name}-hint`, fault !== undefined && `${name}-fault`].filter(
    Boolean,
  );
  return html`<div class="field">
<label for="${name}">${label}</label>
${hint !== undefined && html`<span class="hint" id="${name}-hint">${hint}</span>`}
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" required${isCode && html` class="typed"`}
${type === 'text' && html` autocapitalize="none" spellcheck="false"`}${value !== undefined && html` value="${value}"`}
${field.minLength !== undefined && html` minlength="${field.minLength}"`}${field.maxLength !== undefined && html` maxlength="${field.maxLength}"`}
${about.length > 0 && html` aria-describedby="${about.join(' ')}"`}${fault !== undefined && html` aria-invalid="true"`}${field.hasFocus === true && html` autofocus`}>
${fault !== undefined && html`<p class="wrong" id="${name}-fault"><span class="mark" aria-hidden="true">!</span>${fault}</p>`}
</div>`;
}

/** A note about what went wrong as a whole, read out at once. */
export function faultNote(title: string, detail: string): Html {
  return html`<div class="note bad" role="alert"><span class="mark" aria-hidden="true">!</span><p><strong>${title}</strong>${detail}</p></div>`;
}
