{{ config(
    pre_hook="{{ clear_window('reading_date') }}",
    incremental_strategy='delete+insert',
    unique_key='entry_id',
    properties=partitioned_by('reading_date'),
) }}

select entry_id, reading_date, reading_at, reading_local, device, glucose_mg_dl
from {{ ref('stg_glucose_entries') }}
where is_duplicate and {{ in_window('reading_date') }}
