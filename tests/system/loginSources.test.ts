import { createLakeSource } from "../../handlers/logins/lake";
import type { LoginSource } from "../../handlers/logins/source";
import { loginSourceSuite } from "../suites/loginSource";
import { historySource } from "../support/loginArchives";
import { eventDataStoreArn } from "../support/organisation";

loginSourceSuite("CloudTrail Lake", () => createLakeSource(eventDataStoreArn, { region: "eu-west-1" }) as LoginSource);

loginSourceSuite("CloudTrail Event history", () => historySource() as LoginSource);
