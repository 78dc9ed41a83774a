"""Bronze, silver and gold: the dbt project as Dagster assets."""
