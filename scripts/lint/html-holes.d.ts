export interface Expression {
  readonly type: string;
  readonly name?: string;
  readonly callee?: { readonly name: string };
}

export declare function listFaults(
  texts: readonly string[],
  expressions: readonly Expression[],
): { readonly expression?: Expression; readonly message: string }[];
