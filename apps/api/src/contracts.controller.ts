import { Controller, Get, Param } from '@nestjs/common';
import { declarationOf, eventTypes, isEventType, jsonSchemaOf } from '#contracts';
import { Needs, OpenToUnits } from './guard.ts';
import { Answers } from './openapi/operation.ts';
import { ProblemError, problem } from './problems.ts';

/** The contracts of all events, for services that read the log. */
@Controller({ path: 'v1/schemas' })
export class ContractsController {
  @Get()
  @Needs()
  @OpenToUnits()
  @Answers('Schemas', 'The event contracts')
  list() {
    return {
      schemas: eventTypes.map((type) => ({
        type,
        version: declarationOf(type).version,
        href: `/v1/schemas/${type}/${declarationOf(type).version}`,
      })),
    };
  }

  @Get(':type/:version')
  @Needs()
  @OpenToUnits()
  @Answers('JsonSchema', 'JSON Schema of the data of an event in a version')
  schema(@Param('type') type: string, @Param('version') version: string) {
    if (
      !isEventType(type) ||
      !/^[1-9]\d{0,3}$/.test(version) ||
      Number(version) > declarationOf(type).version
    ) {
      throw new ProblemError(
        problem('not-found', `There is no schema ${type} version ${version}; GET /v1/schemas lists them.`),
      );
    }
    return jsonSchemaOf(type, Number(version));
  }
}
