import { Admission } from '../../../services/writer/src/admission/admission.ts';

/** A planted bug, loaded before a writer: it takes every sample that it can read for its holder's. */
Admission.prototype.judge = () => ({ kind: 'admitted', isVerified: true, sinceMs: 0 });
