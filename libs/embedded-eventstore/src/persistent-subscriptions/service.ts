import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js';
import { type Persistent, persistent, shared } from '../protocol/definitions.ts';
import { asWireError, invalid } from '../protocol/errors.ts';
import { consumerCall } from './consumer-call.ts';
import type { Groups } from './groups.ts';
import { infoMessage } from './info-message.ts';
import { namedGroup, requestedGroup, requestedUpdate, sourceStream } from './requested-group.ts';

type CreateReq = InstanceType<Persistent['CreateReq']>;
type UpdateReq = InstanceType<Persistent['UpdateReq']>;
type DeleteReq = InstanceType<Persistent['DeleteReq']>;
type GetInfoReq = InstanceType<Persistent['GetInfoReq']>;
type ReplayParkedReq = InstanceType<Persistent['ReplayParkedReq']>;
type ListReq = InstanceType<Persistent['ListReq']>;

/** The service PersistentSubscriptions, complete. */
export function persistentSubscriptions(groups: Groups): UntypedServiceImplementation {
  return {
    read: consumerCall(groups),
    create: answer(async (request: CreateReq) => {
      await groups.create(requestedGroup(request.getOptions()));
      return new persistent.CreateResp();
    }),
    update: answer(async (request: UpdateReq) => {
      await groups.update(requestedUpdate(request.getOptions()));
      return new persistent.UpdateResp();
    }),
    delete: answer(async (request: DeleteReq) => {
      await groups.delete(namedGroup(request.getOptions()));
      return new persistent.DeleteResp();
    }),
    getInfo: answer(async (request: GetInfoReq) =>
      new persistent.GetInfoResp().setSubscriptionInfo(
        infoMessage(groups.get(namedGroup(request.getOptions()))),
      ),
    ),
    replayParked: answer(async (request: ReplayParkedReq) => {
      const options = request.getOptions();
      const group = groups.get(namedGroup(options));
      group.replayParked(options?.hasStopAt() ? Number(options.getStopAt()) : undefined);
      return new persistent.ReplayParkedResp();
    }),
    list: answer(async (request: ListReq) => {
      const found = listed(groups, request);
      return new persistent.ListResp().setSubscriptionsList(found.map((group) => infoMessage(group)));
    }),
    restartSubsystem: answer(async () => {
      await groups.restart();
      return new shared.Empty();
    }),
  };
}

function listed(groups: Groups, request: ListReq) {
  const options = request.getOptions();
  if (options?.hasListAllSubscriptions()) return groups.all;
  const one = options?.getListForStream();
  if (!one) throw invalid('options', 'must be list_all_subscriptions or list_for_stream');
  return groups.of(one.hasAll() ? undefined : sourceStream(one.getStream()));
}

function answer<Request, Response>(run: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    run(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(asWireError(error)),
    );
  };
}
