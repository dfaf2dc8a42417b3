export function objection(file: string, specifier: string): string | null;
export function violations(root: string): string[];
