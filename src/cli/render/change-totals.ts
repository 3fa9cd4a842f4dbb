import type { CaseChangeKind } from '../../history/case-change.ts';
import type { ChangedCase } from '../../history/list-changes.ts';
import { renderPlural } from './units.ts';

/** Counts changes while they pass by. */
export class ChangeTotals {
  /** Cases of which more is told than that they are new. */
  changedCases = 0;
  private readonly counts = new Map<CaseChangeKind, number>();

  add({ keys }: ChangedCase): void {
    if (isChanged({ keys })) this.changedCases++;
    for (const { kind } of keys) this.counts.set(kind, this.of(kind) + 1);
  }

  /** How many changes there were of a kind. */
  of(kind: CaseChangeKind): number {
    return this.counts.get(kind) ?? 0;
  }

  /** All of it in one line. */
  toWords(): string {
    const fields = this.of('changed') + this.of('added') + this.of('removed');
    const parts = [
      renderPlural(this.changedCases, 'changed case'),
      ...this.tell('appeared', 'new case'),
      ...this.tell('departed', 'departure'),
      ...this.tell('returned', 'return'),
      ...this.tell('redacted', 'redaction'),
      renderPlural(fields, 'change of fields', 'changes of fields'),
      renderPlural(this.of('entry added'), 'new docket entry', 'new docket entries'),
      ...this.tell('entry edited', 'edited docket entry', 'edited docket entries'),
      ...this.tell('entry removed', 'removed docket entry', 'removed docket entries'),
    ];
    return `In all: ${parts.join(', ')}.`;
  }

  private tell(kind: CaseChangeKind, noun: string, plural?: string): string[] {
    const count = this.of(kind);
    return count === 0 ? [] : [renderPlural(count, noun, plural)];
  }
}

/** Whether more is told of a case than that it is new. */
export function isChanged({ keys }: Pick<ChangedCase, 'keys'>): boolean {
  return keys.some(({ kind }) => kind !== 'appeared');
}
