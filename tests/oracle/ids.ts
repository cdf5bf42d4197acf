/** Ids in AWS's forms. They follow from a salt and a number, and sort in no order that means anything. */
import { createHash } from "node:crypto";

export interface Ids {
  hex(kind: string, number: number, length: number): string;
  uuid(kind: string, number: number): string;
  /** 12 digits. */
  accountId(number: number): string;
}

export function idsOf(salt: number): Ids {
  const hex = (kind: string, number: number, length: number) =>
    createHash("sha256").update(`${salt} ${kind} ${number}`).digest("hex").slice(0, length);
  const uuid = (kind: string, number: number) => {
    const digits = hex(kind, number, 32);
    const variant = `8${digits.slice(17, 20)}`;
    return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, variant, digits.slice(20)].join("-");
  };
  const accountId = (number: number) =>
    String(Number.parseInt(hex("account", number, 12), 16) % 1_000_000_000_000).padStart(12, "0");
  return { hex, uuid, accountId };
}
