import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import type { Identity } from '#access';
import type { ProposedEvent } from '#commands';
import {
  ActivateCustomerBody,
  AssignSegmentBody,
  ChangeCustomerFile,
  ChangeProfileBody,
  customerFacts,
  FileDocumentBody,
  LifecycleStepBody,
  MergeCustomersBody,
  RegisterCustomerBody,
  UnmergeCustomersBody,
} from '#customer-files';
import { dayNumber, localDate, positionText } from '#kernel';
import { commandContext } from './context.ts';
import { Caller, Needs } from './guard.ts';
import { accepted, ProblemError, problem } from './problems.ts';
import { Questions } from './questions.ts';

/** Where a command's events are. Positions and revisions are texts: they may be beyond 2^53. */
interface Receipt {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly eventIds: readonly string[];
}

const PAGE_DEFAULT = 50;
const PAGE_MAX = 500;

/** Customer files: their commands, and what they say as of a date and as known at a position. */
@Controller({ path: 'v1/customers' })
export class CustomersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly questions: Questions,
  ) {}

  @Post()
  @Needs('steward')
  register(
    @Body() body: RegisterCustomerBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.register(body), request, caller);
  }

  @Post(':id/qualify')
  @HttpCode(200)
  @Needs('steward')
  qualify(
    @Param('id') id: string,
    @Body() body: LifecycleStepBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.qualify(id, body), request, caller);
  }

  @Post(':id/activate')
  @HttpCode(200)
  @Needs('steward')
  activate(
    @Param('id') id: string,
    @Body() body: ActivateCustomerBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.activate(id, body), request, caller);
  }

  @Post(':id/lapse')
  @HttpCode(200)
  @Needs('steward')
  lapse(
    @Param('id') id: string,
    @Body() body: LifecycleStepBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.lapse(id, body), request, caller);
  }

  @Post(':id/win-back')
  @HttpCode(200)
  @Needs('steward')
  winBack(
    @Param('id') id: string,
    @Body() body: LifecycleStepBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.winBack(id, body), request, caller);
  }

  @Post(':id/assign-segment')
  @HttpCode(200)
  @Needs('steward')
  assignSegment(
    @Param('id') id: string,
    @Body() body: AssignSegmentBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.assignSegment(id, body), request, caller);
  }

  @Post(':id/merge')
  @HttpCode(200)
  @Needs('steward')
  merge(
    @Param('id') id: string,
    @Body() body: MergeCustomersBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.merge(id, body), request, caller);
  }

  @Post(':id/unmerge')
  @HttpCode(200)
  @Needs('steward')
  unmerge(
    @Param('id') id: string,
    @Body() body: UnmergeCustomersBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.unmerge(id, body), request, caller);
  }

  @Post(':id/documents')
  @HttpCode(200)
  @Needs('steward')
  fileDocument(
    @Param('id') id: string,
    @Body() body: FileDocumentBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.fileDocument(id, body), request, caller);
  }

  @Post(':id/profile')
  @HttpCode(200)
  @Needs('steward')
  changeProfile(
    @Param('id') id: string,
    @Body() body: ChangeProfileBody,
    @Req() request: FastifyRequest,
    @Caller() caller: Identity,
  ): Promise<Receipt> {
    return this.#change(customerFacts.changeProfile(id, body), request, caller);
  }

  async #change(fact: ProposedEvent, request: FastifyRequest, caller: Identity): Promise<Receipt> {
    const { position, stream, revision, eventIds } = accepted(
      await this.commands.execute(new ChangeCustomerFile(fact, commandContext(request, caller))),
    );
    return { position: positionText(position), stream, revision: String(revision), eventIds };
  }

  /** Files in the order of their ids, page by page. */
  @Get()
  @Needs('steward', 'auditor', 'viewer')
  async list(
    @Query('cursor') cursor?: string,
    @Query('limit') limit?: string,
    @Query('knownAt') knownAt?: string,
  ) {
    const { files, knownAt: position } = await this.questions.customerFiles(knownAt);
    const size = pageSize(limit);
    const customers = await files.list(cursor, size);
    return {
      knownAt: positionText(position),
      customers: customers.map((customerId) => ({ customerId })),
      ...(customers.length === size ? { next: customers.at(-1) } : {}),
    };
  }

  @Get(':id')
  @Needs('steward', 'auditor', 'viewer')
  async file(
    @Param('id') id: string,
    @Caller() caller: Identity,
    @Query('asOf') asOf?: string,
    @Query('knownAt') knownAt?: string,
  ) {
    const { files, knownAt: position } = await this.questions.customerFiles(knownAt);
    const day = asOf === undefined ? Number.POSITIVE_INFINITY : dayNumber(localDate(asOf));
    const file = await files.file(id, day);
    if (!file) throw new ProblemError(problem('not-found', `No file of customer ${id} was known.`));
    const personal = caller.roles.includes('steward') || caller.roles.includes('auditor');
    return { knownAt: positionText(position), asOf: asOf ?? null, ...this.questions.opened(file, personal) };
  }

  @Get(':id/timeline')
  @Needs('steward', 'auditor', 'viewer')
  async timeline(@Param('id') id: string, @Query('knownAt') knownAt?: string) {
    const { files, knownAt: position } = await this.questions.customerFiles(knownAt);
    return { knownAt: positionText(position), items: await files.timeline(id) };
  }
}

function pageSize(limit: string | undefined): number {
  const size = limit === undefined ? PAGE_DEFAULT : Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MAX) {
    throw new ProblemError(problem('bad-request', `limit must be a whole number from 1 to ${PAGE_MAX}.`));
  }
  return size;
}
