import type { Persistent } from '../protocol/definitions.ts';
import { invalid } from '../protocol/errors.ts';
import { STRATEGIES, type Strategy } from './core/consumers.ts';
import type { GroupDefinition } from './definition.ts';

type CreateSettings = InstanceType<Persistent['CreateReq']['Settings']>;
type UpdateSettings = InstanceType<Persistent['UpdateReq']['Settings']>;

const TICKS_PER_MS = 10_000n;
/** The same numbers in both requests. */
const MESSAGE_TIMEOUT_TICKS = 4;
const CHECKPOINT_AFTER_TICKS = 6;

type Settings = Omit<GroupDefinition, 'stream' | 'group' | 'filter' | 'startFrom' | 'endWas'>;

/** The settings of a request. Errors: the field, and what would be right. */
export function settingsOf(settings: CreateSettings | UpdateSettings): Settings {
  const read: Settings = {
    strategy: strategyOf(settings),
    resolveLinks: settings.getResolveLinks(),
    extraStatistics: settings.getExtraStatistics(),
    messageTimeoutMs:
      settings.getMessageTimeoutCase() === MESSAGE_TIMEOUT_TICKS
        ? Number(BigInt(settings.getMessageTimeoutTicks()) / TICKS_PER_MS)
        : settings.getMessageTimeoutMs(),
    checkpointAfterMs:
      settings.getCheckpointAfterCase() === CHECKPOINT_AFTER_TICKS
        ? Number(BigInt(settings.getCheckpointAfterTicks()) / TICKS_PER_MS)
        : settings.getCheckpointAfterMs(),
    maxRetryCount: settings.getMaxRetryCount(),
    minCheckpointCount: settings.getMinCheckpointCount(),
    maxCheckpointCount: settings.getMaxCheckpointCount(),
    maxSubscriberCount: settings.getMaxSubscriberCount(),
    historyBufferSize: settings.getHistoryBufferSize(),
    liveBufferSize: settings.getLiveBufferSize(),
    readBatchSize: settings.getReadBatchSize(),
  };
  for (const [setting, value] of Object.entries(read))
    if (typeof value === 'number' && value < 0) throw invalid(fieldOf(setting), 'must not be negative');
  for (const setting of ['historyBufferSize', 'liveBufferSize', 'readBatchSize'] as const)
    if (read[setting] < 1) throw invalid(fieldOf(setting), 'must be at least 1');
  if (read.readBatchSize >= read.historyBufferSize)
    throw invalid(fieldOf('readBatchSize'), 'must be smaller than history_buffer_size');
  return read;
}

/** A setting as the protocol calls it. */
function fieldOf(setting: string): string {
  return `options.settings.${setting.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

function strategyOf(settings: CreateSettings | UpdateSettings): Strategy {
  const named = 'getConsumerStrategy' in settings ? settings.getConsumerStrategy() : '';
  const strategy =
    named === ''
      ? STRATEGIES[settings.getNamedConsumerStrategy()]
      : STRATEGIES.find((known) => known === named);
  if (!strategy)
    throw invalid('options.settings.consumer_strategy', `must be one of ${STRATEGIES.join(', ')}`);
  return strategy;
}
