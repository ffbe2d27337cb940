import { say } from '../words/say.ts';

export const yesOrNo = (value: unknown): string => (value ? say('yes') : say('no'));
