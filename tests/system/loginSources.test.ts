import { createLakeSource } from "../../handlers/logins/lake";
import type { LoginSource } from "../../handlers/logins/source";
import { assignmentEventSuite } from "../suites/assignmentEvents";
import { loginSourceSuite } from "../suites/loginSource";
import { historySource } from "../support/loginArchives";
import { eventDataStoreArn } from "../support/organisation";

const lake = () => createLakeSource(eventDataStoreArn, { region: "eu-west-1" }) as LoginSource;
loginSourceSuite("CloudTrail Lake", lake);
assignmentEventSuite("CloudTrail Lake", lake);

loginSourceSuite("CloudTrail Event history", () => historySource() as LoginSource);
