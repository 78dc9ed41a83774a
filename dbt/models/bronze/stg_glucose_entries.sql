{{ config(pre_hook="{{ clear_window('reading_date') }}") }}

with entries as (
    select
        _id as entry_id,
        cast(sgv as integer) as glucose_mg_dl,
        to_timestamp(date / 1000) as reading_at,
        {{ local_time('to_timestamp(date / 1000)') }} as reading_local,
        cast(trend as integer) as trend,
        direction,
        device,
        ingested_at,
        ingested_by
    from {{ source('raw', 'glucose_entries') }}
    where sgv between 20 and 600
),

dated as (
    select entry_id, cast(reading_local as date) as reading_date, * exclude (entry_id)
    from entries
)

select *
from dated
where {{ in_window('reading_date') }}
qualify row_number() over (partition by device, reading_at order by entry_id) = 1
