/**
 * The organisation file as the oracle reads it: AWS's own shapes, times as ISO 8601 strings. Only the keys that the
 * report depends on are named; others may stand beside them and mean nothing.
 */
export interface Organisation {
  Now: string;
  InstanceArn: string;
  IdentityStoreId: string;
  Accounts: Account[];
  PermissionSets: PermissionSet[];
  Users: User[];
  Groups: Group[];
  GroupMemberships: GroupMembership[];
  AccountAssignments: AccountAssignment[];
  /** Pairs that are provisioned although nobody is assigned: they give no row. */
  ProvisionedAccounts?: { PermissionSetArn: string; AccountId: string }[];
  OwnerAccountId?: string;
  Instance?: { PermissionSetsEnabled?: boolean };
  AccountAccessApplications?: AccessApplication[];
  AccountAccessEntitlements?: AccessEntitlement[];
  /** Missing: the store is not there. */
  EventDataStore?: EventDataStore;
  Records: LoginEvent[];
}

export interface Account {
  Id: string;
  Arn?: string;
  Email?: string;
  Name?: string;
  State?: string;
  /** Retired by AWS; never read. */
  Status?: string;
  JoinedMethod?: string;
  JoinedTimestamp?: string;
}

export interface PermissionSet {
  PermissionSetArn: string;
  Name: string;
  Description?: string;
  CreatedDate?: string;
  SessionDuration?: string;
}

export interface User {
  UserId: string;
  IdentityStoreId?: string;
  UserName?: string;
  DisplayName?: string;
  Emails?: { Value?: string; Type?: string; Primary?: boolean }[];
  UserStatus?: string;
  CreatedAt?: string;
  CreatedBy?: string;
}

export interface Group {
  GroupId: string;
  IdentityStoreId?: string;
  DisplayName?: string;
  Description?: string;
}

export interface GroupMembership {
  MembershipId: string;
  IdentityStoreId?: string;
  GroupId: string;
  MemberId: { UserId: string };
  CreatedAt?: string;
}

export interface AccountAssignment {
  AccountId: string;
  PermissionSetArn: string;
  PrincipalType: "GROUP" | "USER";
  PrincipalId: string;
}

/** Of account access manager. */
export interface AccessApplication {
  applicationArn: string;
  createdAt: string;
  updatedAt: string;
}

export interface AccessEntitlement {
  applicationArn: string;
  entitlementId: string;
  createdAt: string;
  entitlement: {
    principalRole: {
      principal: { identityCenter: { userId: string } | { groupId: string } };
      roleArn: string;
      account: string;
    };
  };
}

export interface EventDataStore {
  EventDataStoreArn: string;
  Name?: string;
  Status: string;
  /** Days. */
  RetentionPeriod: number;
  CreatedTimestamp: string;
  UpdatedTimestamp?: string;
  MultiRegionEnabled?: boolean;
  AdvancedEventSelectors?: { FieldSelectors: Record<string, unknown>[] }[];
  OrganizationEnabled?: boolean;
}

/** What an assignment event says of its assignment. */
export interface AssignmentParameters {
  instanceArn?: string;
  targetId?: string;
  targetType?: string;
  permissionSetArn?: string;
  principalType?: string;
  principalId?: string;
}

/** A CloudTrail record, as far as the report looks into it. */
export interface LoginEvent {
  eventID?: string;
  eventVersion?: string;
  eventTime: string;
  eventSource: string;
  eventName: string;
  awsRegion?: string;
  eventType?: string;
  eventCategory?: string;
  recipientAccountId?: string;
  readOnly?: boolean;
  managementEvent?: boolean;
  requestParameters?: AssignmentParameters | null;
  responseElements?: object | null;
  errorCode?: string | null;
  errorMessage?: string | null;
  userIdentity?: {
    type?: string;
    principalId?: string;
    arn?: string;
    accountId?: string;
    credentialId?: string;
    userName?: string | null;
    onBehalfOf?: { userId?: string | null; identityStoreArn?: string } | null;
  } | null;
  serviceEventDetails?: Record<string, string> | null;
}
