import { Module } from '@nestjs/common';
import { ChangeCustomerFileHandler, EraseCustomerHandler } from './handlers.ts';

/** Handlers of the customer-file commands; they need the global CommandsModule. */
@Module({ providers: [ChangeCustomerFileHandler, EraseCustomerHandler] })
export class CustomerFilesModule {}
