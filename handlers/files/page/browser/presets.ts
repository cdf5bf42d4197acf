import { ORPHAN_STATUSES } from "../../columns";
import type { PageRow } from "../pageColumns";

/** A question that is asked of the table again and again. */
export interface Preset {
  readonly id: string;
  readonly label: string;
  matches(row: PageRow): boolean;
  /** Whether a page that is too small for the whole report holds such rows, rather than a few by chance. */
  readonly attention: boolean;
}

const PRESETS: readonly Preset[] = [
  { id: "all", label: "All", attention: true, matches: () => true },
  {
    id: "can-be-removed",
    label: "Can be removed",
    attention: true,
    matches: (row) => row.SuggestedAction === "REMOVE",
  },
  {
    id: "needs-a-look",
    label: "Needs a look",
    attention: false,
    matches: (row) => row.SuggestedAction === "REVIEW" || row.SuggestedAction === "INVESTIGATE",
  },
  {
    id: "administrators",
    label: "Administrators",
    attention: false,
    matches: (row) => row.UserId !== "" && row.Administrator !== "",
  },
  {
    id: "unused-administrators",
    label: "Unused administrators",
    attention: true,
    matches: (row) => row.Usage === "UNUSED_IN_WINDOW" && row.Administrator !== "",
  },
  { id: "unused", label: "Unused", attention: true, matches: (row) => row.Usage === "UNUSED_IN_WINDOW" },
  { id: "orphaned", label: "Orphaned", attention: true, matches: (row) => ORPHAN_STATUSES.includes(row.RowStatus) },
  { id: "disabled", label: "Disabled users", attention: true, matches: (row) => row.UserStatus === "DISABLED" },
  { id: "empty-groups", label: "Empty groups", attention: false, matches: (row) => row.RowStatus === "EMPTY_GROUP" },
  { id: "too-new", label: "Too new", attention: false, matches: (row) => row.Usage === "TOO_NEW" },
  {
    id: "account-roles",
    label: "Account roles",
    attention: false,
    matches: (row) => row.AccessType === "ACCOUNT_ROLE",
  },
  { id: "unknown", label: "Unknown", attention: false, matches: (row) => row.Usage === "UNKNOWN" },
  ...["REVIEW", "INVESTIGATE", "WAIT", "KEEP"].map(
    (action): Preset => ({
      id: `suggested-${action.toLowerCase()}`,
      label: `Suggested: ${action.toLowerCase()}`,
      attention: false,
      matches: (row) => row.SuggestedAction === action,
    }),
  ),
];

/** @param complete whether the page holds every row of the report */
export function presetsOf(complete: boolean): readonly Preset[] {
  return PRESETS.filter((preset) => complete || preset.attention);
}
