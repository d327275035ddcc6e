import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Identity } from '#access';
import { digestOf, ROOT_UNIT } from '#kernel';
import type { Figure, KpiSheet } from '#scorecard';
import { Caller, Needs, OpenToUnits } from './guard.ts';
import { Answers } from './openapi/operation.ts';
import { ProblemError, problem } from './problems.ts';
import { FiguresQuery, VintagesQuery } from './queries.ts';
import { Questions } from './questions.ts';
import { UnitScope } from './unit-scope.ts';

/** The dictionary, figures, and the card of four dimensions. */
@Controller({ path: 'v1' })
export class FiguresController {
  constructor(
    private readonly questions: Questions,
    private readonly scope: UnitScope,
  ) {}

  @Get('kpis')
  @Needs()
  @OpenToUnits()
  @Answers('Kpis', 'The dictionary of KPIs')
  kpis() {
    return { kpis: [...this.questions.readModels.sheets.values()].map(sheetOf) };
  }

  @Get('kpis/:code')
  @Needs()
  @OpenToUnits()
  @Answers('Kpi', 'The sheet of one KPI')
  kpi(@Param('code') code: string) {
    const sheet = this.questions.readModels.sheets.get(code);
    if (!sheet)
      throw new ProblemError(problem('not-found', `There is no KPI "${code}"; GET /v1/kpis lists them.`));
    return sheetOf(sheet);
  }

  @Get('kpis/:code/figures')
  @Needs()
  @OpenToUnits()
  @Answers('Figures', 'Figures of one KPI: of a period, or a series')
  async figures(
    @Param('code') code: string,
    @Query() asked: FiguresQuery,
    @Caller() caller: Identity,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.scope.mustContain(caller, asked.unit ?? ROOT_UNIT);
    await this.questions.wait(asked, caller);
    return unlessKnown(known, reply, await this.questions.figures(code, asked));
  }

  @Get('kpis/:code/vintages')
  @Needs()
  @OpenToUnits()
  @Answers(
    'Vintages',
    'How a figure moved along the log: every position at which it changed, the latest first',
  )
  async vintages(
    @Param('code') code: string,
    @Query() asked: VintagesQuery,
    @Caller() caller: Identity,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.scope.mustContain(caller, asked.unit ?? ROOT_UNIT);
    await this.questions.wait(asked, caller);
    return unlessKnown(known, reply, await this.questions.vintages(code, asked));
  }

  /** All figures of the four dimensions for one scope and period, as known at one position. */
  @Get('scorecards/:scorecard')
  @Needs()
  @OpenToUnits()
  @Answers('Scorecard', 'The card: all figures of the four dimensions')
  async scorecard(
    @Param('scorecard') scorecard: string,
    @Query() asked: FiguresQuery,
    @Caller() caller: Identity,
    @Headers('if-none-match') etag: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (scorecard !== 'main')
      throw new ProblemError(problem('not-found', `There is no scorecard "${scorecard}"; there is "main".`));
    await this.scope.mustContain(caller, asked.unit ?? ROOT_UNIT);
    await this.questions.wait(asked, caller);
    // One position for the whole card, however long it takes to compute.
    const known = asked.knownAt ?? String(await this.questions.readModels.known());
    const dimensions: Record<string, Figure[]> = { financial: [], customer: [], process: [], learning: [] };
    let coordinates: unknown;
    for (const sheet of this.questions.readModels.sheets.values()) {
      const answer = await this.questions.figures(sheet.code, { ...asked, knownAt: known });
      const { policyRevisions: _, ...common } = answer.coordinates;
      coordinates = common;
      dimensions[sheet.dimension]?.push(...answer.figures);
    }
    const digest = digestOf({ coordinates, dimensions });
    return unlessKnown(etag, reply, { scorecard, coordinates, dimensions, digest });
  }
}

/** The answer under its digest as ETag, or 304 for a caller who has it. */
function unlessKnown<Answer extends { readonly digest: string }>(
  known: string | undefined,
  reply: FastifyReply,
  answer: Answer,
): Answer | undefined {
  const etag = `"${answer.digest}"`;
  void reply.header('etag', etag);
  if (known !== etag) return answer;
  void reply.status(304);
  return undefined;
}

function sheetOf({ code, dimension, name, unit, formula, direction, leading, main, also }: KpiSheet) {
  return { code, dimension, name, unit, formula, direction, leading, sources: [...main, ...(also ?? [])] };
}
