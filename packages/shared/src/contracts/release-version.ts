/** Version of the release: its services tell each other which they are of. */
export const releaseVersion = '0.1.0';
