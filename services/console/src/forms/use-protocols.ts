import type { ProtocolForms } from '@holdfast/shared/contracts/http/protocols-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import type { FormSchema } from './form-schema.ts';
import { useFormTexts } from './form-texts.ts';

/** The forms of a protocol as the console draws them. */
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

/** The word for a value of a field of a point's place, such as its table, without what stands in brackets; as it is where there is none. */
export function usePlaceWord(protocol: string | undefined): (field: string, value: unknown) => string {
  const { language } = useFormTexts();
  const forms = useProtocols().data?.find((each) => each.protocol === protocol);
  return (field, value) => {
    const words = forms?.point.properties[field]?.['x-options']?.[String(value)];
    return words === undefined ? String(value) : words[language].replace(/ ?[(（].*[)）]/, '');
  };
}

/** The word for a part of a frame; its name where there is none. */
export function useFrameWord(protocol: string | undefined): (part: string) => string {
  const { language } = useFormTexts();
  const forms = useProtocols().data?.find((each) => each.protocol === protocol);
  return (part) => forms?.frame_parts[part]?.[language] ?? part;
}
