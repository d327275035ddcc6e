import { Command } from '@nestjs/cqrs';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsMimeType,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { CommandContext, CommandReceipt, ProposedEvent } from '#commands';
import type { Refusal } from '#kernel';

const ID_LENGTH_MAX = 200;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_MESSAGE = { message: '$property must be a date such as 2024-01-31' };
const SHA256 = /^[0-9a-f]{64}$/;

/** A way to reach somebody. */
export class ContactBody {
  @IsIn(['email', 'phone', 'fax', 'web', 'person', 'other'])
  kind: 'email' | 'phone' | 'fax' | 'web' | 'person' | 'other';

  @IsString()
  @IsNotEmpty()
  value: string;
}

/** The id of the customer in another system. */
export class ExternalIdBody {
  @IsString()
  @IsNotEmpty()
  system: string;

  @IsString()
  @IsNotEmpty()
  id: string;
}

/** What a file says about a customer beside its name; name, tax number, contacts, address are sealed. */
class ProfileFields {
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  taxNumber?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  industry?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  region?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  country?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  ownerId?: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ContactBody)
  contacts?: ContactBody[];

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  address?: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ExternalIdBody)
  externalIds?: ExternalIdBody[];
}

/** Opens a customer's file. */
export class RegisterCustomerBody extends ProfileFields {
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
}

/** New values of profile fields; at least one. */
export class ChangeProfileBody extends ProfileFields {
  @Matches(DATE, DATE_MESSAGE)
  effectiveOn: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  name?: string;

  @IsOptional()
  @IsIn(['contractual', 'transactional'])
  kind?: 'contractual' | 'transactional';

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  homeUnitId?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  note?: string;
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

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  unitId?: string;

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

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  title?: string;

  @IsOptional()
  @IsInt()
  @Min(0)
  size?: number;

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

/** A body is a class instance, down to its contacts; a fact is plain JSON, without what was not sent. */
function fact(type: string, body: object): ProposedEvent {
  return { type, data: JSON.parse(JSON.stringify(body)) as ProposedEvent['data'] };
}
