"""This room stages imports: it reads files into typed rows and rejects, and stores nothing."""

from keepwell.facts.staging.staged import (
    ADDED,
    FeedDeclared,
    SourceCount,
    Stage,
    StagedTable,
    sql_columns,
)
from keepwell.facts.staging.staging import stage

__all__ = ["ADDED", "FeedDeclared", "SourceCount", "Stage", "StagedTable", "sql_columns", "stage"]
