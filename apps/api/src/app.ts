import { type DynamicModule, Module, ValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ValidationError } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type TokenKeys, TokenVerifier } from '#access';
import { allRules } from '#areas';
import { CommandsModule, FactRecorder } from '#commands';
import { crashPoint } from '#crash-points';
import { CustomerFilesModule } from '#customer-files';
import type { Journal } from '#journal';
import type { ReadModels } from '#read-models';
import { takeJsonBodies } from './bodies.ts';
import { codeVersion } from './code-version.ts';
import { endUnreadConnections } from './connections.ts';
import { ContractsController } from './contracts.controller.ts';
import { CustomersController } from './customers.controller.ts';
import { type AnswerTimes, Deadline } from './deadline.ts';
import { FactsController } from './facts.controller.ts';
import { FiguresController } from './figures.controller.ts';
import { TokenGuard } from './guard.ts';
import { HealthController } from './health.controller.ts';
import { ImportsController } from './imports.controller.ts';
import { ANSWER_MS, LIMITS } from './limits.ts';
import { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi/document.ts';
import { OPENAPI, OperationsController } from './operations.controller.ts';
import { ProblemError, ProblemFilter, problem, problemOfError, sendProblem } from './problems.ts';
import { Questions } from './questions.ts';
import { UnitScope } from './unit-scope.ts';

export interface AppOptions {
  readonly journal: Journal;
  readonly readModels: ReadModels;
  readonly keys: TokenKeys;
  readonly log: Logger;
  /** How long answers may take; default {@link ANSWER_MS}. */
  readonly answerMs?: AnswerTimes;
  /** Told of every route as the router takes it. */
  readonly onRoute?: (route: { readonly method: string; readonly url: string }) => void;
}

/** How long a correction waits for its target to be projected. */
const LOCATE_MS = 3_000;

const CONTROLLERS = [
  CustomersController,
  FactsController,
  FiguresController,
  ImportsController,
  ContractsController,
  HealthController,
  OperationsController,
];

/** The root of the application; what it holds follows from the options. */
@Module({})
class ApiModule {}

/** The HTTP application, shared by main.ts and the tests. */
export async function createApp(options: AppOptions): Promise<NestFastifyApplication> {
  const { journal, readModels, keys, log } = options;
  const adapter = new FastifyAdapter({
    genReqId: () => crypto.randomUUID(),
    return503OnClosing: true,
    // An id of 200 characters, each of up to four bytes that are written as %XX.
    routerOptions: { maxParamLength: LIMITS.idLength * 12 },
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      void sendProblem(reply, problemOfError(error), request.id),
  });
  const fastify = adapter.getInstance();
  const metrics = new Metrics(journal, readModels);
  metrics.watch(fastify);
  takeJsonBodies(fastify);
  endUnreadConnections(fastify);
  const { onRoute } = options;
  if (onRoute)
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) onRoute({ method: one, url });
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
      { provide: Questions, useValue: new Questions(readModels, journal, metrics) },
      { provide: Metrics, useValue: metrics },
      { provide: UnitScope, useValue: new UnitScope(journal) },
      {
        provide: OPENAPI,
        inject: [FactRecorder],
        useFactory: ({ types }: FactRecorder) => {
          const document = openApiDocument({
            controllers: CONTROLLERS,
            factTypes: types,
            version: codeVersion(),
          });
          return () => document;
        },
      },
      {
        provide: APP_INTERCEPTOR,
        inject: [Reflector],
        useFactory: (reflector: Reflector) => new Deadline(reflector, options.answerMs ?? ANSWER_MS),
      },
      { provide: APP_FILTER, useValue: new ProblemFilter(log) },
      {
        provide: APP_GUARD,
        inject: [TokenVerifier],
        useFactory: (tokens: TokenVerifier) => new TokenGuard(tokens),
      },
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      exceptionFactory: (errors) =>
        new ProblemError(
          problem('invalid-input', 'The request is not what this route takes.', { errors: fieldsOf(errors) }),
        ),
    }),
  );
  fastify.addHook('preHandler', async ({ method }) => {
    if (method === 'POST') crashPoint('api.before-command');
  });
  fastify.addHook('onSend', async ({ method }) => {
    if (method === 'POST') crashPoint('api.before-answer');
  });
  await app.init();
  await fastify.ready();
  return app;
}

/**
 * The stream of an event; one that was recorded a moment ago may still be on its way to the read models. Whether an event
 * is unknown can only be said when everything recorded has been projected. Errors: ProblemError store-away.
 */
function located({ journal, readModels }: AppOptions): (eventId: string) => Promise<string | undefined> {
  return async (eventId) => {
    const known = await readModels.streamOf(eventId);
    if (known !== undefined) return known;
    if (!(await readModels.waitFor(await journal.head(), LOCATE_MS)))
      throw new ProblemError(
        problem(
          'store-away',
          `The read models are behind the log, and the event ${eventId} that is to be corrected may be in what they have not seen. Nothing of this request has been recorded; repeat it with the same Idempotency-Key.`,
        ),
      );
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
