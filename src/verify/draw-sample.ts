import type { SampleSize } from '../sample-size.ts';

/**
 * Decides for one case after the other whether it is in a sample, so that each is as likely as any other, the sample
 * comes out as large as asked for, and nothing is collected. Says no when more than `total` are asked about.
 */
export function createDraw(total: number, size: SampleSize, random: () => number): () => boolean {
  let wanted = Math.min(total, 'count' in size ? size.count : Math.ceil(total * size.share));
  let left = total;
  return () => {
    const isDrawn = left > 0 && random() * left < wanted;
    left--;
    if (isDrawn) wanted--;
    return isDrawn;
  };
}
