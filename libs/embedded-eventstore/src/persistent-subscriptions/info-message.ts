import { type Persistent, persistent } from '../protocol/definitions.ts';
import { ALL, placeText, startText } from './definition.ts';
import type { Connected, Group } from './group.ts';
import type { Measurements } from './measurements.ts';

type SubscriptionInfo = InstanceType<Persistent['SubscriptionInfo']>;
type ConnectionInfo = InstanceType<Persistent['SubscriptionInfo']['ConnectionInfo']>;

/** A group with its settings, its consumers and its counts. */
export function infoMessage(group: Group): SubscriptionInfo {
  const { definition, state } = group;
  const place = (at: number | undefined) => (at === undefined ? '' : placeText(definition.stream, at));
  const { count, perSecond } = group.measurements.sinceLast();
  const outstanding = state.inFlight.size;
  return new persistent.SubscriptionInfo()
    .setEventSource(definition.stream ?? ALL)
    .setGroupName(definition.group)
    .setStatus(state.live ? 'Live' : 'Behind')
    .setConnectionsList([...group.connected.values()].map((connected) => connectionInfo(group, connected)))
    .setAveragePerSecond(perSecond)
    .setTotalItems(String(group.measurements.total))
    .setCountSinceLastMeasurement(String(count))
    .setLastCheckpointedEventPosition(place(group.lastCheckpoint))
    .setLastKnownEventPosition(place(state.considered.place))
    .setResolveLinkTos(definition.resolveLinks)
    .setStartFrom(startText(definition))
    .setMessageTimeoutMilliseconds(definition.messageTimeoutMs)
    .setExtraStatistics(definition.extraStatistics)
    .setMaxRetryCount(definition.maxRetryCount)
    .setLiveBufferSize(definition.liveBufferSize)
    .setBufferSize(definition.historyBufferSize)
    .setReadBatchSize(definition.readBatchSize)
    .setCheckPointAfterMilliseconds(definition.checkpointAfterMs)
    .setMinCheckPointCount(definition.minCheckpointCount)
    .setMaxCheckPointCount(definition.maxCheckpointCount)
    .setReadBufferCount(state.live ? 0 : state.buffer.length)
    .setLiveBufferCount(String(state.live ? state.buffer.length : 0))
    .setRetryBufferCount(state.retries.length)
    .setTotalInFlightMessages(outstanding)
    .setOutstandingMessagesCount(outstanding + state.parking.size)
    .setNamedConsumerStrategy(definition.strategy)
    .setMaxSubscriberCount(definition.maxSubscriberCount)
    .setParkedMessageCount(String(group.parkedCount));
}

function connectionInfo({ state }: Group, { connection, measurements }: Connected): ConnectionInfo {
  const { count, perSecond } = measurements.sinceLast();
  const inFlight = state.consumers.inFlightOf(connection.id);
  return new persistent.SubscriptionInfo.ConnectionInfo()
    .setFrom(connection.from)
    .setUsername(connection.user)
    .setConnectionName(connection.name)
    .setAverageItemsPerSecond(perSecond)
    .setTotalItems(String(measurements.total))
    .setCountSinceLastMeasurement(String(count))
    .setObservedMeasurementsList(measurementsList(measurements))
    .setAvailableSlots(connection.bufferSize - inFlight)
    .setInFlightMessages(inFlight);
}

function measurementsList(measurements: Measurements) {
  return measurements
    .distribution()
    .map(([key, value]) => new persistent.SubscriptionInfo.Measurement().setKey(key).setValue(String(value)));
}
