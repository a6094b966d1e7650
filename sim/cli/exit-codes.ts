/** Exit codes of the command line, as README.md documents them. */
export const EXIT_OK = 0;
/** Something went wrong that is not the user's input. */
export const EXIT_RUNTIME = 1;
/** Unknown verb, option or missing argument. */
export const EXIT_USAGE = 2;
/** A configuration or trace that cannot be used. */
export const EXIT_INPUT = 3;
/** A check or threshold failed. */
export const EXIT_CHECK = 4;
/** Some points of a study failed; the others are there. */
export const EXIT_PARTLY = 5;
/** Stopped by SIGINT or SIGTERM; what was done by then has been printed. */
export const EXIT_SIGINT = 130;
export const EXIT_SIGTERM = 143;
