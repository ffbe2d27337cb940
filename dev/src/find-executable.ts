export { findProgram as findExecutable } from '../setup/find-program.mjs';
