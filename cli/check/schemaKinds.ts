// What the SDK's schemas are made of: tuples that begin with one of these, and numbers for simple types.
export const LIST = 1;
export const STRUCTURE = 3;
export const UNION = 4;
