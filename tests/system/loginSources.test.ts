import { createEventHistorySource } from "../../handlers/logins/eventHistory";
import { createLakeSource } from "../../handlers/logins/lake";
import type { LoginSource } from "../../handlers/logins/source";
import { assignmentEventSuite } from "../suites/assignmentEvents";
import { loginSourceSuite } from "../suites/loginSource";
import { eventDataStoreArn } from "../support/organisation";

const lake = () => createLakeSource(eventDataStoreArn, { region: "eu-west-1" }) as LoginSource;
loginSourceSuite("CloudTrail Lake", lake);
assignmentEventSuite("CloudTrail Lake", lake);

loginSourceSuite("CloudTrail Event history", () => createEventHistorySource({ region: "eu-west-1" }) as LoginSource);
