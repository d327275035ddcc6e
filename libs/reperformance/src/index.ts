export { Reperformance } from './reperformance.ts';
export type {
  Coordinates,
  Dimension,
  Figure,
  FigureRequest,
  FigureStatus,
  FiguresAnswer,
  LogEvent,
  Parts,
  UnitOfMeasure,
} from './types.ts';
