import type { ProtocolForms } from '@holdfast/shared/contracts/http/protocols-http.ts';
import { optionWord } from '@holdfast/shared/forms/point-place.ts';
import { requestInWords } from '@holdfast/shared/forms/request-words.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import type { FormSchema } from './form-schema.ts';
import { useFormTexts } from './form-texts.ts';

/** The forms of a protocol in the shape in which the console draws them. */
export type Forms = Omit<ProtocolForms, 'device' | 'point'> & {
  readonly device: FormSchema;
  readonly point: FormSchema;
};

export function useProtocols() {
  return useQuery({
    queryKey: ['protocols'],
    queryFn: async () => (await api.get<{ results: Forms[] }>('/api/config/protocols/')).results,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The forms of one protocol, or undefined until they are loaded. */
export function useForms(protocol: string | undefined): Forms | undefined {
  return useProtocols().data?.find((each) => each.protocol === protocol);
}

/** The word for a value in a point's place, such as its table, without its brackets; the value itself where none exists. */
export function usePlaceWord(protocol: string | undefined): (field: string, value: unknown) => string {
  const { language } = useFormTexts();
  const forms = useForms(protocol);
  return (field, value) => optionWord(forms?.point.properties[field], value, language);
}

/** The word for a part of a frame; its name where there is none. */
export function useFrameWord(protocol: string | undefined): (part: string) => string {
  const { language } = useFormTexts();
  const forms = useForms(protocol);
  return (part) => forms?.frame_parts[part]?.[language] ?? part;
}

/** A request in words, by the fields of its protocol. */
export function useRequestWords(
  protocol: string | undefined,
): (request: Readonly<Record<string, unknown>>) => string {
  const { language } = useFormTexts();
  const forms = useForms(protocol);
  return (request) => requestInWords(request, forms, language);
}
