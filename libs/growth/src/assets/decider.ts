import type { FactRules } from '#commands';
import type { EventOf } from '#contracts';
import { type Refusal, refuse } from '#kernel';

/** An asset and its life. Stream: `asset-<id>`. */
export interface Asset {
  readonly capitalised: boolean;
  readonly retired: boolean;
}

/**
 * Capitalised (perhaps more than once: improvements), depreciated, retired once.
 *
 * Refusals, in order of precedence: already-retired, not-capitalised. A late fact is never refused as not-capitalised.
 */
export const assetRules: FactRules<Asset, EventOf<'AssetChanged'>> = {
  types: ['AssetChanged'],
  exclusions: ['already-retired'],
  initial: { capitalised: false, retired: false },
  refusal: (asset, { data }, late): Refusal | undefined => {
    const { assetId, change } = data;
    if (change === 'retired' && asset.retired) {
      return refuse(
        'already-retired',
        `Asset ${assetId} has been retired before; change it with FactCorrected.`,
        'change',
      );
    }
    if (change !== 'capitalised' && !asset.capitalised && !late) {
      return refuse(
        'not-capitalised',
        `Asset ${assetId} has not been capitalised; a fact that arrives before that names its source.`,
        'change',
      );
    }
    return undefined;
  },
  evolve: (asset, { data }) => ({
    capitalised: asset.capitalised || data.change === 'capitalised',
    retired: asset.retired || data.change === 'retired',
  }),
};
