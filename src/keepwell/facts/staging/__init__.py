"""This room stages imports: files go in, typed rows and visible rejects come out, and nothing is stored."""

from keepwell.facts.staging.stage import (
    ADDED,
    FeedDeclared,
    SourceCount,
    Stage,
    StagedTable,
    sql_columns,
)
from keepwell.facts.staging.staging import stage

__all__ = ["ADDED", "FeedDeclared", "SourceCount", "Stage", "StagedTable", "sql_columns", "stage"]
