import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { IsNotEmptyObject, IsObject } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import type { Identity } from '#access';
import { FactRecorder, References } from '#commands';
import { streamOf } from '#contracts';
import { fileOf, ImportRefused, importFile, readMapping } from '#intake';
import type { Journal } from '#journal';
import { commandContext } from './context.ts';
import { Caller, Needs } from './guard.ts';
import { accepted, ProblemError, problem } from './problems.ts';
import { Questions } from './questions.ts';

class ImportBody {
  /** The mapping, as in a mapping file. */
  @IsObject()
  mapping: Record<string, unknown>;

  /** The files by their alias in the mapping: their text. */
  @IsNotEmptyObject()
  files: Record<string, unknown>;
}

/** Files become facts: a dry run first, then a batch that is a unit. */
@Controller({ path: 'v1/imports' })
export class ImportsController {
  readonly #journal: Journal;

  constructor(
    private readonly recorder: FactRecorder,
    private readonly references: References,
    questions: Questions,
  ) {
    this.#journal = questions.journal;
  }

  @Post()
  @HttpCode(200)
  @Needs('steward')
  async import(
    @Body() body: ImportBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
    @Query('dryRun') dryRun?: string,
  ) {
    if (dryRun !== undefined && dryRun !== 'true' && dryRun !== 'false')
      throw new ProblemError(problem('bad-request', 'dryRun must be true or false.'));
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
    try {
      return accepted(
        await importFile({
          files: Object.fromEntries(files),
          mapping,
          dryRun: dryRun === 'true',
          recorder: this.recorder,
          known: this.references,
          context: commandContext(request, caller),
        }),
      );
    } catch (error) {
      if (error instanceof ImportRefused) throw new ProblemError(problem('invalid-input', error.message));
      throw error;
    }
  }

  /** What is on record of a batch. */
  @Get(':id')
  @Needs('steward', 'auditor')
  async batch(@Param('id') batchId: string) {
    const { events } = await this.#journal.load(streamOf('ImportBatchAccepted', { batchId }));
    const last = events.at(-1);
    if (!last) throw new ProblemError(problem('not-found', `No batch ${batchId} is on record.`));
    return { ...last.data, position: String(last.position), actor: last.metadata['actor'] };
  }
}
