import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import type { FastifyRequest } from 'fastify';
import type { Identity } from '#access';
import { type FactResult, RecordFacts, type SubmittedFact } from '#commands';
import type { BodyRules } from './bodies.ts';
import { commandContext } from './context.ts';
import { Caller, Needs } from './guard.ts';
import { LIMITS } from './limits.ts';
import { Metrics } from './metrics.ts';
import { Answers } from './openapi/operation.ts';
import { accepted, problemOf } from './problems.ts';

class SourceBody {
  @IsString()
  @IsNotEmpty()
  system: string;

  @IsString()
  @IsNotEmpty()
  id: string;
}

class FactBody {
  @IsString()
  @IsNotEmpty()
  type: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => SourceBody)
  source?: SourceBody;

  @IsObject()
  data: Record<string, unknown>;
}

class FactsBody {
  @IsArray()
  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @Type(() => FactBody)
  facts: FactBody[];
}

/** Facts of the catalogue in batches; a result for each. */
@Controller({ path: 'v1/facts' })
export class FactsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly metrics: Metrics,
  ) {}

  @Post()
  @HttpCode(200)
  @Needs('steward')
  @RouteConfig({ bodyBytes: LIMITS.batchBytes } satisfies BodyRules)
  @Answers('FactResults', 'Records a batch of facts; one result for each')
  async record(@Body() body: FactsBody, @Req() request: FastifyRequest, @Caller() caller: Identity) {
    const facts = body.facts.map(
      ({ type, data, source }): SubmittedFact => ({
        type,
        data,
        ...(source === undefined ? {} : { source: { ...source } }),
      }),
    );
    const results = accepted(
      await this.commands.execute(new RecordFacts(facts, commandContext(request, caller))),
    );
    for (const { status } of results) this.metrics.facts(status);
    return { results: results.map(shown) };
  }
}

function shown(result: FactResult) {
  if (result.status === 'refused') {
    return {
      index: result.index,
      status: result.status,
      ...(result.stream === undefined ? {} : { stream: result.stream }),
      problem: problemOf(result.problem),
    };
  }
  const { index, status, stream, revision, position, eventId } = result;
  return { index, status, stream, revision: String(revision), position: String(position), eventId };
}
