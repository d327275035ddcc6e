export { processKpis } from './kpis.ts';
export { processDimension } from './measures.ts';
