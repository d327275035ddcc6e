import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { IsNotEmpty, IsNotEmptyObject, IsObject, IsString, MaxLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import type { Identity } from '#access';
import { FactRecorder, References } from '#commands';
import { streamOf } from '#contracts';
import { fileOf, importFile, readMapping, revokeBatch } from '#intake';
import { currentFacts, type Journal } from '#journal';
import { type ImportId, idOf, isRefusal, ValueError } from '#kernel';
import type { BodyRules } from './bodies.ts';
import { commandContext } from './context.ts';
import { TakesFiles } from './deadline.ts';
import { Caller, Needs } from './guard.ts';
import { LIMITS } from './limits.ts';
import { Metrics } from './metrics.ts';
import { Answers } from './openapi/operation.ts';
import { accepted, ProblemError, problem } from './problems.ts';
import { ImportQuery } from './queries.ts';
import { Questions } from './questions.ts';

class ImportBody {
  /** The mapping, as in a mapping file. */
  @IsObject()
  mapping: Record<string, unknown>;

  /** The files by their alias in the mapping: their text. */
  @IsNotEmptyObject()
  files: Record<string, unknown>;
}

class RevokeBody {
  @IsString()
  @IsNotEmpty()
  reason: string;

  /** Who has decided that. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(LIMITS.idLength)
  authorisedBy: string;
}

/** Files become facts: a dry run first, then a batch that is a unit. */
@Controller({ path: 'v1/imports' })
export class ImportsController {
  readonly #journal: Journal;

  constructor(
    private readonly recorder: FactRecorder,
    private readonly references: References,
    private readonly metrics: Metrics,
    questions: Questions,
  ) {
    this.#journal = questions.journal;
  }

  @Post()
  @HttpCode(200)
  @Needs('steward')
  @TakesFiles()
  @RouteConfig({ bodyBytes: LIMITS.batchBytes, longTextsIn: 'files' } satisfies BodyRules)
  @Answers('ImportReport', 'Imports files by a mapping, or checks them')
  async import(
    @Body() body: ImportBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
    @Query() { dryRun }: ImportQuery,
  ) {
    const mapping = accepted(readMapping(body.mapping));
    const files = Object.entries(body.files).map(([alias, text]) => {
      if (typeof text !== 'string')
        throw new ProblemError(
          problem('invalid-input', `files.${alias} must be the text of the file.`, {
            errors: [{ field: `files.${alias}`, message: 'must be a text' }],
          }),
        );
      return [alias, fileOf(mapping.files[alias]?.name ?? alias, text)] as const;
    });
    const report = accepted(
      await importFile({
        files: Object.fromEntries(files),
        mapping,
        dryRun: dryRun === 'true',
        recorder: this.recorder,
        known: this.references,
        context: commandContext(request, caller),
      }),
    );
    this.metrics.facts('appended', report.factsAppended);
    this.metrics.facts('duplicate', report.duplicates);
    this.metrics.facts('refused', report.refused.length);
    return report;
  }

  /** What is on record of a batch: its record as corrected up to now, and whether it was taken back. */
  @Get(':id')
  @Needs('steward', 'auditor')
  @Answers('ImportBatch', 'What is on record of a batch')
  async batch(@Param('id') id: string) {
    const batchId = batchIdOf(id);
    const { events } = await this.#journal.load(streamOf('ImportBatchAccepted', { batchId }));
    const last = events.findLast(({ type }) => type === 'ImportBatchAccepted');
    if (!last) throw noBatch(batchId);
    const standing = currentFacts(events).findLast(({ type }) => type === 'ImportBatchAccepted');
    return {
      ...(standing ?? last).data,
      status: standing === undefined ? 'revoked' : 'accepted',
      position: String(last.position),
      actor: last.metadata['actor'],
    };
  }

  /** Takes a batch back as a unit: every fact that it brought is voided, nothing is deleted. Repeated, it voids what is left. */
  @Post(':id/revoke')
  @HttpCode(200)
  @Needs('steward')
  @TakesFiles()
  @Answers('RevokeReport', 'Takes a batch back as a unit')
  async revoke(
    @Param('id') id: string,
    @Body() body: RevokeBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ) {
    const { reason, authorisedBy } = body;
    const report = await revokeBatch({
      batchId: batchIdOf(id),
      events: this.#journal.readAll(),
      recorder: this.recorder,
      context: commandContext(request, caller),
      reason,
      authorisedBy,
    });
    if (isRefusal(report) && report.code === 'unknown-batch') throw noBatch(id);
    const done = accepted(report);
    this.metrics.facts('appended', done.voided);
    return done;
  }
}

/** A text that can be the id of a batch; anything else names no batch. */
function batchIdOf(id: string): string {
  try {
    return idOf<ImportId>(id);
  } catch (error) {
    if (error instanceof ValueError) throw noBatch(id);
    throw error;
  }
}

function noBatch(id: string): ProblemError {
  return new ProblemError(problem('not-found', `No batch ${id} is on record.`));
}
