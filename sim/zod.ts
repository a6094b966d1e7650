/** The only door to zod: schemas of scenarios and results. */
export { z } from 'zod';
