import { Admission } from '../../../services/writer/src/admission/admission.ts';

/** Loaded before a writer: a planted bug, by which it takes every sample that it can read for its holder's. */
Admission.prototype.judge = () => ({ kind: 'admitted', isVerified: true });
