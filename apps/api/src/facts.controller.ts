import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
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
import { commandContext } from './context.ts';
import { Caller, Needs } from './guard.ts';
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
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @HttpCode(200)
  @Needs('steward')
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
