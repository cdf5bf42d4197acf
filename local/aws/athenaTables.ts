import type { AthenaTable, Column } from "./athenaDefinitions";
import { type OpenTable, openTable } from "./athenaTable";
import type { Call } from "./call";
import type { Organisation } from "./organisation";

export interface FoundTable {
  readonly table: AthenaTable;
  readonly open: OpenTable;
}

/** The tables of an organisation file, each loaded when it is first queried. */
export interface AthenaTables {
  /** @param names catalog, database and table, in whatever case; found by whom it belongs to alone, in its Region */
  find(names: readonly [string, string, string], call: Call): FoundTable | undefined;
  close(): Promise<void>;
}

export function tablesOf({ header, records, athenaTables }: Organisation, nowMs: () => number): AthenaTables {
  const found = athenaTables.map((item): FoundTable => {
    const metadata = item.TableMetadata as Record<string, unknown>;
    const keys = (metadata.PartitionKeys ?? []) as Column[];
    const table: AthenaTable = {
      catalog: String(item.CatalogName ?? "AwsDataCatalog").toLowerCase(),
      database: String(item.DatabaseName).toLowerCase(),
      name: String(metadata.Name).toLowerCase(),
      account: String(item.AccountId ?? header.OwnerAccountId),
      region: item.Region as string | undefined,
      columns: metadata.Columns as Column[],
      keys: keys.map(({ Name }) => Name.toLowerCase()),
      parameters: (metadata.Parameters ?? {}) as Record<string, string>,
      partitions: (item.Partitions as { Values: string[] }[] | undefined)?.map(({ Values }) => Values),
      metadata,
    };
    return { table, open: openTable(table, header, records, () => new Date(nowMs())) };
  });
  return {
    find(names, { caller, region }) {
      const [catalog, database, name] = names.map((part) => part.toLowerCase());
      return found.find(
        ({ table }) =>
          table.catalog === catalog &&
          table.database === database &&
          table.name === name &&
          table.account === caller.account &&
          (table.region ?? region) === region,
      );
    },
    async close() {
      await Promise.all(found.map(({ open }) => open.close()));
    },
  };
}
