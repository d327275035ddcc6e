import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandReceipt, CommandRunner } from '#commands';
import { isRefusal, type Refusal } from '#kernel';
import { ChangeCustomerFile, EraseCustomer } from './commands.ts';
import { customerRules } from './decider.ts';

@CommandHandler(ChangeCustomerFile)
export class ChangeCustomerFileHandler implements ICommandHandler<ChangeCustomerFile> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ fact, context }: ChangeCustomerFile): Promise<CommandReceipt | Refusal> {
    return this.runner.record(customerRules, fact, context);
  }
}

@CommandHandler(EraseCustomer)
export class EraseCustomerHandler implements ICommandHandler<EraseCustomer> {
  constructor(private readonly runner: CommandRunner) {}

  async execute({ customerId, body, context }: EraseCustomer): Promise<CommandReceipt | Refusal> {
    const fact = { type: 'CustomerErased', data: { customerId, ...body } };
    const outcome = await this.runner.record(customerRules, fact, context);
    // After a crash between the two steps the fact is there and the key still is: the repeat destroys it.
    if (!isRefusal(outcome) || outcome.code === 'already-erased') await this.runner.forget(customerId);
    return outcome;
  }
}
