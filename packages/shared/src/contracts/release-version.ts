/** Version of the release: services tell each other theirs. */
export const releaseVersion = '0.1.0';
