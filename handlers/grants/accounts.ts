import { ListAccountsCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import { allPagesUnless, type Caller, type MustBe } from "../aws/aws";
import { messageOf } from "../errors";
import type { Organization } from "../model";
import { ACCOUNTS_A_PAGE } from "./requests";

/** The accounts of the organization, or why they may not be read. */
export async function listAccounts(
  organizations: OrganizationsClient,
  call: Caller,
  mustBe: MustBe,
): Promise<Pick<Organization, "accounts" | "accountsRefused" | "managementAccountId">> {
  const STATES = ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"];
  const REFUSALS = ["AccessDenied", "AWSOrganizationsNotInUseException"];
  const { items, none } = await allPagesUnless(
    call,
    organizations,
    {
      command: (NextToken) => new ListAccountsCommand({ MaxResults: ACCOUNTS_A_PAGE, NextToken }),
      list: "Accounts",
      itemOf: ({ Id, Name, State, Arn }) => {
        const id = mustBe.accountId("Accounts.Id", Id);
        const state = mustBe.state("State of accounts", id, State, STATES, "UNKNOWN");
        return { id, name: mustBe.text("Accounts.Name", Name), state, arn: mustBe.text("Accounts.Arn", Arn) };
      },
      idOf: ({ id }) => id,
      keptAs: "accounts",
    },
    (error) => (REFUSALS.includes((error as Error).name) ? messageOf(error) : null),
  );
  // arn:aws:organizations::<management account>:account/<organization>/<account>
  const management = items?.map(({ arn }) => arn.split(":")[4] ?? "").find((id) => /^\d{12}$/.test(id)) ?? null;
  const accounts = items?.map(({ arn: _, ...account }) => account) ?? null;
  return { accounts, accountsRefused: none, managementAccountId: management };
}
