import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { LIMITS } from './limits.ts';

/** Digits become a number; everything else stays as it came and is refused by name. */
const wholeNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** A 64-bit position. */
const POSITION = /^\d{1,19}$/;
const PERIOD_LENGTH = 60;

/** As known at: a position, an instant, or a local date (then the end of that day in UTC). */
export class KnownAtQuery {
  @IsOptional()
  @IsString()
  @MaxLength(40)
  knownAt?: string;
}

/** Which file as of which date. */
export class CustomerQuery extends KnownAtQuery {
  @IsOptional()
  @Matches(/^\d{4}-\d{2}-\d{2}$/, { message: '$property must be a date such as 2024-01-31' })
  asOf?: string;
}

/** A page of a list: after `cursor`, at most `limit` rows. */
export class CustomersQuery extends KnownAtQuery {
  @IsOptional()
  @IsString()
  @MaxLength(LIMITS.idLength)
  cursor?: string;

  @IsOptional()
  @Transform(wholeNumber)
  @IsInt()
  @Min(1)
  @Max(LIMITS.pageRows)
  limit?: number;
}

/** The scope, the period and the knowledge that a figure is asked for. */
export class FigureQuery extends KnownAtQuery {
  @IsString({ message: 'period must be given, like 1997, 1997-Q2, 1997-04, 1997-W15 or 1996-07..1998-05' })
  @MaxLength(PERIOD_LENGTH)
  period: string;

  @IsOptional()
  @IsString()
  @MaxLength(LIMITS.idLength)
  unit?: string;

  @IsOptional()
  @IsString()
  @MaxLength(LIMITS.idLength)
  segment?: string;

  @IsOptional()
  @IsIn(['known'], {
    message: 'view must be known: nothing has been published that could be shown or restated',
  })
  view?: string;

  @IsOptional()
  @IsString()
  @MaxLength(LIMITS.idLength)
  policy?: string;

  @IsOptional()
  @Matches(POSITION, { message: 'after must be a position' })
  after?: string;

  @IsOptional()
  @Transform(wholeNumber)
  @IsInt()
  @Min(0)
  @Max(LIMITS.waitMs)
  waitMs?: number;
}

/** Of a range every period is asked for, and with `total` the whole span besides. */
export class FiguresQuery extends FigureQuery {
  @IsOptional()
  @IsIn(['true', 'false'])
  total?: 'true' | 'false';
}

/** A page of the vintages of one figure: earlier than `cursor`, at most `limit` of them. */
export class VintagesQuery extends FigureQuery {
  @IsOptional()
  @Matches(POSITION, { message: 'cursor must be the next of an earlier page' })
  cursor?: string;

  @IsOptional()
  @Transform(wholeNumber)
  @IsInt()
  @Min(1)
  @Max(LIMITS.vintages)
  limit?: number;
}

/** A dry run checks everything and writes nothing. */
export class ImportQuery {
  @IsOptional()
  @IsIn(['true', 'false'])
  dryRun?: 'true' | 'false';
}
