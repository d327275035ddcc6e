import { Command } from '@nestjs/cqrs';
import {
  IsArray,
  IsIn,
  IsMimeType,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import type { CommandContext, CommandReceipt, ProposedEvent } from '#commands';
import type { Refusal } from '#kernel';

const ID_LENGTH_MAX = 200;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_MESSAGE = { message: '$property must be a date such as 2024-01-31' };
const SHA256 = /^[0-9a-f]{64}$/;

/** Opens a customer's file. */
export class RegisterCustomerBody {
  @IsString()
  @IsNotEmpty()
  @MaxLength(ID_LENGTH_MAX)
  customerId: string;

  @IsString()
  @IsNotEmpty()
  name: string;

  @IsIn(['contractual', 'transactional'])
  kind: 'contractual' | 'transactional';

  @IsString()
  @IsNotEmpty()
  homeUnitId: string;

  @Matches(DATE, DATE_MESSAGE)
  registeredOn: string;

  @IsOptional()
  @IsArray()
  externalIds?: unknown[];
}

/** A step of the life cycle with its reason: qualify, lapse, win back. */
export class LifecycleStepBody {
  @Matches(DATE, DATE_MESSAGE)
  effectiveOn: string;

  @IsString()
  @IsNotEmpty()
  reasonCode: string;
}

/** The customer becomes active in a unit, by contract, order or reactivation. */
export class ActivateCustomerBody {
  @IsIn(['contract', 'order', 'reactivation'])
  basis: 'contract' | 'order' | 'reactivation';

  @IsString()
  @IsNotEmpty()
  unitId: string;

  @Matches(DATE, DATE_MESSAGE)
  effectiveOn: string;
}

export class AssignSegmentBody {
  @IsString()
  @IsNotEmpty()
  segmentCode: string;

  @Matches(DATE, DATE_MESSAGE)
  effectiveFrom: string;
}

/** The customer of the path absorbs another one, which was the same person all the time. */
export class MergeCustomersBody {
  @IsString()
  @IsNotEmpty()
  absorbedId: string;

  @IsString()
  @IsNotEmpty()
  reason: string;
}

/** Parts a customer from the one of the path again. */
export class UnmergeCustomersBody {
  @IsString()
  @IsNotEmpty()
  restoredId: string;

  @IsString()
  @IsNotEmpty()
  reason: string;
}

export class EraseCustomerBody {
  @IsString()
  @IsNotEmpty()
  legalBasis: string;

  @IsString()
  @IsNotEmpty()
  requestedBy: string;
}

/** New values of profile fields; what may stand here is in the schema of CustomerProfileChanged. */
export class ChangeProfileBody {
  @Matches(DATE, DATE_MESSAGE)
  effectiveOn: string;

  @IsObject()
  changes: Record<string, unknown>;
}

/** A document of the file: what it is and its hash; the content may lie elsewhere. */
export class FileDocumentBody {
  @IsString()
  @IsNotEmpty()
  documentId: string;

  @IsString()
  @IsNotEmpty()
  kind: string;

  @Matches(SHA256, { message: 'sha256 must be 64 hexadecimal digits in lower case' })
  sha256: string;

  @IsMimeType()
  mediaType: string;

  @IsString()
  @IsNotEmpty()
  retentionClass: string;

  @Matches(DATE, DATE_MESSAGE)
  filedOn: string;
}

/** Puts one fact into a customer's file, if the file allows it. Answers where it is, or why not. */
export class ChangeCustomerFile extends Command<CommandReceipt | Refusal> {
  readonly fact: ProposedEvent;
  readonly context: CommandContext;

  constructor(fact: ProposedEvent, context: CommandContext) {
    super();
    this.fact = fact;
    this.context = context;
  }
}

/** Erases a person: the fact is recorded, then the key destroyed. A repeat finishes what a crash left undone. */
export class EraseCustomer extends Command<CommandReceipt | Refusal> {
  readonly customerId: string;
  readonly body: EraseCustomerBody;
  readonly context: CommandContext;

  constructor(customerId: string, body: EraseCustomerBody, context: CommandContext) {
    super();
    this.customerId = customerId;
    this.body = body;
    this.context = context;
  }
}

/** The fact that each route of a customer's file asks for; `customerId` is the one of the path. */
export const customerFacts = {
  register: (body: RegisterCustomerBody) => fact('CustomerRegistered', { externalIds: [], ...body }),
  qualify: (customerId: string, body: LifecycleStepBody) =>
    fact('CustomerQualified', { customerId, ...body }),
  activate: (customerId: string, body: ActivateCustomerBody) =>
    fact('CustomerActivated', { customerId, ...body }),
  lapse: (customerId: string, body: LifecycleStepBody) => fact('CustomerLapsed', { customerId, ...body }),
  winBack: (customerId: string, body: LifecycleStepBody) => fact('CustomerWonBack', { customerId, ...body }),
  assignSegment: (customerId: string, body: AssignSegmentBody) =>
    fact('CustomerSegmentAssigned', { customerId, ...body }),
  merge: (survivorId: string, body: MergeCustomersBody) => fact('CustomersMerged', { survivorId, ...body }),
  unmerge: (survivorId: string, body: UnmergeCustomersBody) =>
    fact('CustomersUnmerged', { survivorId, ...body }),
  fileDocument: (customerId: string, body: FileDocumentBody) =>
    fact('CustomerDocumentFiled', { customerId, ...body }),
  changeProfile: (customerId: string, body: ChangeProfileBody) =>
    fact('CustomerProfileChanged', { customerId, ...body }),
} as const;

function fact(type: string, data: object): ProposedEvent {
  return { type, data: { ...data } };
}
