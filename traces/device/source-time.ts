/** Times of a source, which may count from any year, as nanoseconds since its first record. */

/** Beyond this a number is not exact: 104 days. */
const SPAN_NS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

export class SourceTime {
  private first: bigint | undefined;

  /**
   * Nanoseconds since the first time that was asked for, negative for an earlier one; undefined where they
   * are further apart than a number can say exactly.
   */
  sinceFirst(timeNs: bigint): number | undefined {
    this.first ??= timeNs;
    const since = timeNs - this.first;
    return since > SPAN_NS_MAX || since < -SPAN_NS_MAX ? undefined : Number(since);
  }
}
