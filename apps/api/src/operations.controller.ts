import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Needs, OpenToUnits } from './guard.ts';
import { Metrics } from './metrics.ts';
import { Answers } from './openapi/operation.ts';

/** The OpenAPI document of the running application. */
export const OPENAPI = Symbol('OpenApiDocument');

/** What programs and operators ask of the application itself, outside of /v1. */
@Controller()
export class OperationsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(OPENAPI) private readonly document: () => object,
  ) {}

  @Get('openapi.json')
  @Needs()
  @OpenToUnits()
  @Answers('OpenApi', 'This document')
  openapi() {
    return this.document();
  }

  @Get('metrics')
  @Needs()
  @Answers('text/plain', 'Requests, projection lag, facts and stores, in the text format of Prometheus')
  async metricsText(@Res({ passthrough: true }) reply: FastifyReply) {
    void reply.header('content-type', this.metrics.contentType);
    return this.metrics.text();
  }
}
