/** What a write found to be otherwise: another process writes the same read model, or the store lost something. */
export class ProjectionFenced extends Error {}
