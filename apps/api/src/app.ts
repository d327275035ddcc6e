import { type DynamicModule, Module, ValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ValidationError } from 'class-validator';
import type { Logger } from 'pino';
import { type TokenKeys, TokenVerifier } from '#access';
import { allRules } from '#areas';
import { CommandsModule } from '#commands';
import { CustomerFilesModule } from '#customer-files';
import type { Journal } from '#journal';
import type { ReadModels } from '#read-models';
import { ContractsController } from './contracts.controller.ts';
import { CustomersController } from './customers.controller.ts';
import { FactsController } from './facts.controller.ts';
import { FiguresController } from './figures.controller.ts';
import { TokenGuard } from './guard.ts';
import { HealthController } from './health.controller.ts';
import { ImportsController } from './imports.controller.ts';
import { ProblemError, ProblemFilter, problem } from './problems.ts';
import { Questions } from './questions.ts';

export interface AppOptions {
  readonly journal: Journal;
  readonly readModels: ReadModels;
  readonly keys: TokenKeys;
  readonly log: Logger;
}

/** Bodies of any route; a file to be imported comes in parts of its own size. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** How long a correction waits for its target to be projected. */
const LOCATE_MS = 3_000;

const CONTROLLERS = [
  CustomersController,
  FactsController,
  FiguresController,
  ImportsController,
  ContractsController,
  HealthController,
];

/** The root of the application; what it holds follows from the options. */
@Module({})
class ApiModule {}

/** The HTTP application, shared by main.ts and the tests. */
export async function createApp(options: AppOptions): Promise<NestFastifyApplication> {
  const { journal, readModels, keys, log } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => crypto.randomUUID(),
    return503OnClosing: true,
  });
  const module: DynamicModule = {
    module: ApiModule,
    imports: [
      CommandsModule.forRootAsync({
        useFactory: () => ({ journal, rules: allRules, locate: located(options) }),
      }),
      CustomerFilesModule,
    ],
    controllers: CONTROLLERS,
    providers: [
      { provide: TokenVerifier, useValue: new TokenVerifier(keys) },
      { provide: Questions, useValue: new Questions(readModels, journal) },
      { provide: APP_FILTER, useValue: new ProblemFilter(log) },
      {
        provide: APP_GUARD,
        inject: [Reflector, TokenVerifier],
        useFactory: (reflector: Reflector, tokens: TokenVerifier) => new TokenGuard(reflector, tokens),
      },
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    abortOnError: false,
  });
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      exceptionFactory: (errors) =>
        new ProblemError(
          problem('invalid-input', 'The body is not what this route takes.', { errors: fieldsOf(errors) }),
        ),
    }),
  );
  const fastify = adapter.getInstance();
  await app.init();
  await fastify.ready();
  return app;
}

/** The stream of an event; one that was recorded a moment ago may still be on its way to the read models. */
function located({ journal, readModels }: AppOptions): (eventId: string) => Promise<string | undefined> {
  return async (eventId) => {
    const known = await readModels.streamOf(eventId);
    if (known !== undefined) return known;
    await readModels.waitFor(await journal.head(), LOCATE_MS);
    return readModels.streamOf(eventId);
  };
}

function fieldsOf(errors: readonly ValidationError[], path = ''): { field: string; message: string }[] {
  return errors.flatMap(({ property, constraints, children }) => {
    const field = /^\d+$/.test(property)
      ? `${path}[${property}]`
      : path === ''
        ? property
        : `${path}.${property}`;
    const own = Object.values(constraints ?? {}).map((message) => ({ field, message }));
    return [...own, ...fieldsOf(children ?? [], field)];
  });
}
