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
import { dayNumber, localDate, positionText, ValueError } from '#kernel';
import type { CustomerFileReader } from '#read-models';
import type { CustomerFileView } from '#scorecard';
import { commandContext } from './context.ts';
import { Caller, Needs, OpenToUnits } from './guard.ts';
import { Metrics } from './metrics.ts';
import { Answers } from './openapi/operation.ts';
import { accepted, ProblemError, problem } from './problems.ts';
import { CustomerQuery, CustomersQuery, KnownAtQuery } from './queries.ts';
import { Questions, wrong } from './questions.ts';
import { UnitScope } from './unit-scope.ts';

/** Where a command's events are. Positions and revisions are texts: they may be beyond 2^53. */
interface Receipt {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly eventIds: readonly string[];
}

const PAGE_DEFAULT = 50;

/** Customer files: their commands, and what they say as of a date and as known at a position. */
@Controller({ path: 'v1/customers' })
export class CustomersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly questions: Questions,
    private readonly scope: UnitScope,
    private readonly metrics: Metrics,
  ) {}

  @Post()
  @Needs('steward')
  @Answers('Receipt', 'Opens a customer file')
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
  @Answers('Receipt', 'A prospect has been qualified')
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
  @Answers('Receipt', 'A customer becomes active')
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
  @Answers('Receipt', 'A customer is lost')
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
  @Answers('Receipt', 'A lost customer is back')
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
  @Answers('Receipt', 'Puts a customer into a segment from a date on')
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
  @Answers('Receipt', 'The customer of the path absorbs another file of the same customer')
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
  @Answers('Receipt', 'Parts a file from the customer of the path again')
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
  @Answers('Receipt', 'Registers a document of the file by its hash')
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
  @Answers('Receipt', 'New values of profile fields')
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
    this.metrics.facts('appended', eventIds.length);
    return { position: positionText(position), stream, revision: String(revision), eventIds };
  }

  /** Files in the order of their ids, page by page. */
  @Get()
  @Needs('steward', 'auditor', 'viewer')
  @Answers('Customers', 'Ids of customer files, page by page in text order')
  async list(@Query() { cursor, limit = PAGE_DEFAULT, knownAt }: CustomersQuery) {
    const { files, knownAt: position } = await this.questions.customerFiles(knownAt);
    const customers = await files.list(cursor, limit);
    return {
      knownAt: positionText(position),
      customers: customers.map((customerId) => ({ customerId })),
      ...(customers.length === limit ? { next: customers.at(-1) } : {}),
    };
  }

  @Get(':id')
  @Needs('steward', 'auditor', 'viewer')
  @OpenToUnits()
  @Answers('CustomerFile', 'A customer file as of a date and as known at a position')
  async file(@Param('id') id: string, @Caller() caller: Identity, @Query() { asOf, knownAt }: CustomerQuery) {
    const { files, knownAt: position } = await this.questions.customerFiles(knownAt);
    const file = await this.#fileOf(files, id, caller, asOf);
    return {
      knownAt: positionText(position),
      asOf: asOf ?? null,
      ...this.questions.opened(file, mayReadPersonal(caller)),
    };
  }

  @Get(':id/timeline')
  @Needs('steward', 'auditor', 'viewer')
  @OpenToUnits()
  @Answers('Timeline', 'What happened with a customer, in the order in which it was recorded')
  async timeline(@Param('id') id: string, @Caller() caller: Identity, @Query() { knownAt }: KnownAtQuery) {
    const { files, knownAt: position } = await this.questions.customerFiles(knownAt);
    await this.#fileOf(files, id, caller);
    const items = this.questions.openedItems(await files.timeline(id), mayReadPersonal(caller));
    return { knownAt: positionText(position), items };
  }

  /** The file, if there is one that the caller may see: of a foreign unit it is not even said that it exists. */
  async #fileOf(
    files: CustomerFileReader,
    id: string,
    caller: Identity,
    asOf?: string,
  ): Promise<CustomerFileView> {
    const file = await files.file(id, asOf === undefined ? Number.POSITIVE_INFINITY : dayOf(asOf));
    if (!file || !(await this.scope.contains(caller, String(file.profile['homeUnitId']))))
      throw new ProblemError(problem('not-found', `No file of customer ${id} was known.`));
    return file;
  }
}

function dayOf(asOf: string): number {
  try {
    return dayNumber(localDate(asOf));
  } catch (error) {
    if (error instanceof ValueError) throw wrong('asOf', 'must be a date that exists');
    throw error;
  }
}

/** Who has a purpose for the personal fields of a file. */
function mayReadPersonal({ roles }: Identity): boolean {
  return roles.includes('steward') || roles.includes('auditor');
}
