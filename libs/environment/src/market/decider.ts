import { recordedOnce, revised } from '#commands';

/**
 * The size of a market in a period as one source reports it; another figure for the same is a FactCorrected.
 *
 * Stream: `market-<marketCode>`. Refusal: already-recorded.
 */
export const marketRules = recordedOnce(
  'MarketSizeReported',
  'marketCode',
  'period',
  'unitId',
  'segmentCode',
  'basis',
  'source',
);

/** Target segments, `segment-<code>`: dated revisions. */
export const segmentRules = revised('SegmentDefined');
