export declare const LAYERS: readonly (readonly string[])[];
export declare function explainImport(file: string, target: string): string | undefined;
