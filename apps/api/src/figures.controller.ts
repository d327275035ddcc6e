import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { digestOf } from '#kernel';
import type { Figure, KpiSheet } from '#scorecard';
import { Needs } from './guard.ts';
import { ProblemError, problem } from './problems.ts';
import { type FigureParameters, Questions } from './questions.ts';

/** The dictionary, figures, and the card of four dimensions. */
@Controller({ path: 'v1' })
export class FiguresController {
  constructor(private readonly questions: Questions) {}

  @Get('kpis')
  @Needs()
  kpis() {
    return { kpis: [...this.questions.readModels.sheets.values()].map(sheetOf) };
  }

  @Get('kpis/:code')
  @Needs()
  kpi(@Param('code') code: string) {
    const sheet = this.questions.readModels.sheets.get(code);
    if (!sheet)
      throw new ProblemError(problem('not-found', `There is no KPI "${code}"; GET /v1/kpis lists them.`));
    return sheetOf(sheet);
  }

  @Get('kpis/:code/figures')
  @Needs()
  async figures(
    @Param('code') code: string,
    @Query() parameters: FigureParameters,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.questions.figures(code, parameters);
    const etag = `"${answer.digest}"`;
    void reply.header('etag', etag);
    if (known === etag) {
      void reply.status(304);
      return undefined;
    }
    return answer;
  }

  /** All figures of the four dimensions for one scope and period, as known at one position. */
  @Get('scorecards/:scorecard')
  @Needs()
  async scorecard(@Param('scorecard') scorecard: string, @Query() parameters: FigureParameters) {
    if (scorecard !== 'main')
      throw new ProblemError(problem('not-found', `There is no scorecard "${scorecard}"; there is "main".`));
    // One position for the whole card, however long it takes to compute.
    const known = parameters.knownAt ?? String(await this.questions.readModels.known());
    const dimensions: Record<string, Figure[]> = { financial: [], customer: [], process: [], learning: [] };
    let coordinates: unknown;
    for (const sheet of this.questions.readModels.sheets.values()) {
      const answer = await this.questions.figures(sheet.code, { ...parameters, knownAt: known });
      const { policyRevisions: _, ...common } = answer.coordinates;
      coordinates = common;
      dimensions[sheet.dimension]?.push(...answer.figures);
    }
    return { scorecard, coordinates, dimensions, digest: digestOf({ coordinates, dimensions }) };
  }
}

function sheetOf({ code, dimension, name, unit, formula, direction, leading, main, also }: KpiSheet) {
  return { code, dimension, name, unit, formula, direction, leading, sources: [...main, ...(also ?? [])] };
}
