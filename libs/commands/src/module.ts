import { type DynamicModule, type InjectionToken, Module, type ModuleMetadata } from '@nestjs/common';
import { Command, CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import type { Journal } from '#journal';
import type { Refusal } from '#kernel';
import type { CommandContext } from './context.ts';
import type { AnyFactRules } from './decider.ts';
import type { Locate, SubmittedFact } from './prepared-fact.ts';
import { FactRecorder } from './recorder.ts';
import { References } from './references.ts';
import { CommandRunner } from './runner.ts';
import type { FactResult } from './stream-recorder.ts';

/** Records a batch of facts; answers one result per fact, or a refusal of the whole. */
export class RecordFacts extends Command<readonly FactResult[] | Refusal> {
  readonly facts: readonly SubmittedFact[];
  readonly context: CommandContext;

  constructor(facts: readonly SubmittedFact[], context: CommandContext) {
    super();
    this.facts = facts;
    this.context = context;
  }
}

@CommandHandler(RecordFacts)
export class RecordFactsHandler implements ICommandHandler<RecordFacts> {
  constructor(private readonly recorder: FactRecorder) {}

  execute({ facts, context }: RecordFacts): Promise<readonly FactResult[] | Refusal> {
    return this.recorder.recordFacts(facts, context);
  }
}

/** What an application gives the commands: its journal, the rules of its areas, and a look-up of events. */
export interface CommandsOptions {
  readonly journal: Journal;
  readonly rules: readonly AnyFactRules[];
  readonly locate?: Locate;
}

const OPTIONS = Symbol('CommandsOptions');

/** Makes the runner, the recorder and the references available to every area's handlers. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest names a dynamic module by its class
export class CommandsModule {
  static forRootAsync(options: {
    readonly imports?: NonNullable<ModuleMetadata['imports']>;
    readonly inject?: readonly InjectionToken[];
    // biome-ignore lint/suspicious/noExplicitAny: Nest hands over whatever `inject` names
    readonly useFactory: (...injected: any[]) => CommandsOptions | Promise<CommandsOptions>;
  }): DynamicModule {
    return {
      module: CommandsModule,
      global: true,
      imports: [CqrsModule, ...(options.imports ?? [])],
      providers: [
        { provide: OPTIONS, inject: [...(options.inject ?? [])], useFactory: options.useFactory },
        {
          provide: References,
          inject: [OPTIONS],
          useFactory: ({ journal }: CommandsOptions) => new References(journal),
        },
        {
          provide: CommandRunner,
          inject: [OPTIONS, References],
          useFactory: ({ journal }: CommandsOptions, references: References) =>
            new CommandRunner({ journal, references }),
        },
        {
          provide: FactRecorder,
          inject: [OPTIONS, References],
          useFactory: (given: CommandsOptions, references: References) =>
            new FactRecorder({ ...given, references }),
        },
        RecordFactsHandler,
      ],
      exports: [CommandRunner, FactRecorder, References, CqrsModule],
    };
  }
}
