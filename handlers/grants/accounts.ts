import { ListAccountsCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import { allPagesUnless, type Caller, type MustBe } from "../aws/aws";
import { messageOf } from "../errors";
import type { Collection } from "../model";
import { ACCOUNTS_A_PAGE } from "./requests";

/** The accounts of the organization, or why they may not be read. */
export async function listAccounts(
  organizations: OrganizationsClient,
  call: Caller,
  mustBe: MustBe,
): Promise<Pick<Collection, "accounts" | "accountsRefused">> {
  const STATES = ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"];
  const REFUSALS = ["AccessDenied", "AWSOrganizationsNotInUseException"];
  const { items, none } = await allPagesUnless(
    call,
    organizations,
    {
      command: (NextToken) => new ListAccountsCommand({ MaxResults: ACCOUNTS_A_PAGE, NextToken }),
      list: "Accounts",
      itemOf: ({ Id, Name, State }) => {
        const id = mustBe.accountId("Accounts.Id", Id);
        const state = mustBe.state("State of accounts", id, State, STATES, "UNKNOWN");
        return { id, name: mustBe.text("Accounts.Name", Name), state };
      },
      idOf: ({ id }) => id,
      keptAs: "accounts",
    },
    (error) => (REFUSALS.includes((error as Error).name) ? messageOf(error) : null),
  );
  return { accounts: items, accountsRefused: none };
}
