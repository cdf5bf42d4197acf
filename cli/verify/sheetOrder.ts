import { createRowOrder } from "./rowOrder";

/** By what the lines of each kind are sorted; kinds stand in this order, and behind all of them what is done. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  END_ENTITLEMENT: ["account"],
  END_MEMBERSHIP: ["GroupName", "PrincipalId", "Username", "UserId"],
  REMOVE_ASSIGNMENT: ["account", "PermissionSetName", "PermissionSetArn", "GroupName", "PrincipalId"],
  REMOVE_GRANT: ["account", "PermissionSetName", "PermissionSetArn", "Username", "UserId"],
  DONE: ["ActionKey"],
};

/**
 * Makes the function that says whether a line of the sheet may stand below those before it.
 *
 * @param columns of the sheet
 * @returns what the line should be sorted by; `null` where it is in order
 */
export function createSheetOrder(columns: readonly string[]): (cells: readonly string[]) => string | null {
  const kinds = Object.keys(KINDS);
  const orders = Object.values(KINDS).map((names) => createRowOrder(names.map((name) => columns.indexOf(name))));
  let last = 0;
  return (cells) => {
    const cell = (column: string) => cells[columns.indexOf(column)] ?? "";
    const kind = cell("DecisionStatus") === "DONE" ? "DONE" : cell("Action");
    const at = kinds.indexOf(kind);
    if (at < last) return "Action";
    last = at;
    return orders[at]!(cells) ? null : KINDS[kind]!.join(", ");
  };
}
