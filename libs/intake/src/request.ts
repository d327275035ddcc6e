import type { CommandContext } from '#commands';
import type { Recorder } from './calls.ts';
import type { ImportFiles } from './files.ts';
import type { Coverage, Mapping } from './mapping.ts';

/** Says which customers and units exist; References does. */
export interface KnownIds {
  customerExists(id: string): Promise<boolean>;
  unitExists(id: string): Promise<boolean>;
}

export interface ImportProgress {
  readonly phase: 'check' | 'record';
  readonly rows: number;
  /** Known once the file has been checked. */
  readonly rowsTotal: number | undefined;
  readonly facts: number;
  readonly factsTotal: number | undefined;
}

export interface ImportRequest {
  readonly files: ImportFiles;
  readonly mapping: Mapping;
  /** True: reads and checks everything, writes nothing. */
  readonly dryRun?: boolean;
  readonly recorder: Recorder;
  readonly context: CommandContext;
  /** With it, unknown customers and units are row errors before anything is written. */
  readonly known?: KnownIds;
  /** Replaces the coverage of the mapping, for files that come every month. */
  readonly coverage?: Coverage;
  readonly onProgress?: (progress: ImportProgress) => void;
}
