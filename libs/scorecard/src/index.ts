export { dimensions, kpiSheets, projections } from './dimensions/index.ts';
export {
  answer,
  type Coordinates,
  type Figure,
  type FigureQuestion,
  type FigureSources,
  type FiguresAnswer,
  QuestionError,
} from './figures/answer.ts';
export type { KpiSheet } from './figures/kpi.ts';
export { type Looked, lastPresenceChange } from './figures/looked.ts';
export type { Reader } from './figures/reader.ts';
export {
  type DimensionLog,
  type VintageQuestion,
  type VintagesAnswer,
  vintages,
} from './figures/vintages.ts';
export {
  type CustomerFileView,
  customerFile,
  type Lifecycle,
  type TimelineItem,
  timelineItem,
} from './files/view.ts';
export type { Change, Content, Fact } from './projection/change.ts';
export { addGroups, packGroups, packTotals, unpackGroups, unpackTotals } from './projection/chunk.ts';
export { addHash, contentHashOf, NO_CONTENT } from './projection/content-hash.ts';
export { CustomerFiles } from './projection/customers.ts';
export type { Dimension, DimensionName, ProjectionName } from './projection/dimension.ts';
export { type Entry, factItem, factsAt, History } from './projection/history.ts';
export { type Delta, type Group, Totals } from './projection/page.ts';
export {
  type Effects,
  type Histories,
  likelyNeeds,
  step,
  unreadable,
  WRITE_ORDER,
  type Write,
} from './projection/step.ts';
